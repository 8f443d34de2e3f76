/** Asynchronous calls one after the other. */

/** Makes a function that starts each piece of work when the one before it has ended, well or badly. */
export function inTurn(): <R>(work: () => Promise<R>) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
