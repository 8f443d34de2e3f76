import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Maps with at most `concurrency` works at the same time; results keep the order of the inputs.
 *
 * `mergeMap` gives results as they finish, which would let the machine's speed decide the order of samples. What waits
 * in the queue is what the source pushed: feed it descriptors, and take leases inside `work`.
 *
 * @param work gets a signal that fires when the stream is unsubscribed or another work failed.
 */
export function mapOrdered<T, R>(
  concurrency: number,
  work: (value: T, signal: AbortSignal) => Promise<R>,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      const abort = new AbortController();
      const waiting: T[] = [];
      const finished = new Map<number, R>();
      let started = 0;
      let emitted = 0;
      let active = 0;
      let ended = false;

      const start = () => {
        // `started - emitted` bounds finished results that wait for a slow one before them, not only running works.
        while (waiting.length > 0 && active < concurrency && started - emitted < 2 * concurrency) {
          const place = started++;
          active++;
          const value = waiting.shift()!;
          // Also what `work` throws before it is asynchronous becomes the stream's error.
          (async () => work(value, abort.signal))().then(
            (result) => {
              active--;
              if (subscriber.closed) return;
              finished.set(place, result);
              flush();
              start();
            },
            (error) => {
              active--;
              abort.abort();
              subscriber.error(error);
            },
          );
        }
        if (ended && active === 0 && waiting.length === 0 && finished.size === 0) subscriber.complete();
      };
      const flush = () => {
        while (finished.has(emitted)) {
          const result = finished.get(emitted)!;
          finished.delete(emitted++);
          subscriber.next(result);
          if (subscriber.closed) return;
        }
      };

      subscriber.add(() => abort.abort());
      subscriber.add(
        source.subscribe({
          next: (value) => {
            waiting.push(value);
            start();
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            ended = true;
            start();
          },
        }),
      );
    });
}
