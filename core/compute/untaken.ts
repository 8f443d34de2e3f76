/** Sharing of a list among threads that all know it: each takes the next one that nobody has. */

/**
 * What this thread takes of a list.
 *
 * @param all the same for all threads, in the same order.
 * @param taken one number in shared memory, 0 at first: how many were taken by all threads.
 */
export function* untaken<T>(all: Iterable<T>, taken: Int32Array): Generator<T> {
  let next = Atomics.add(taken, 0, 1);
  let place = 0;
  for (const one of all) {
    if (place++ < next) continue;
    yield one;
    next = Atomics.add(taken, 0, 1);
  }
}
