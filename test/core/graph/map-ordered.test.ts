import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { firstValueFrom, from, lastValueFrom, of, Subject, take, throwError, toArray } from 'rxjs';
import { concatWith } from 'rxjs/operators';
import { expect, test } from 'vitest';
import { mapOrdered } from '../../../core/graph/map-ordered.js';

test('keeps the order, works at most so many at once, and runs ahead by twice that at most', async () => {
  const delays = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(delays, fc.integer({ min: 1, max: 5 }), async (waits, concurrency) => {
      let active = 0;
      let most = 0;
      let started = 0;
      let given = 0;
      let ahead = 0;
      const work = async (wait: number, _signal: AbortSignal) => {
        most = Math.max(most, ++active);
        ahead = Math.max(ahead, ++started - given);
        await setTimeout(wait);
        active--;
        return started;
      };
      const places = from(waits.map((wait, place) => ({ wait, place }))).pipe(
        mapOrdered(concurrency, async ({ wait, place }, signal) => {
          await work(wait, signal);
          return place;
        }),
      );
      const order: number[] = [];
      await places.forEach((place) => {
        given++;
        order.push(place);
      });
      expect(order).toEqual(waits.map((_, place) => place));
      expect(most).toBeLessThanOrEqual(concurrency);
      expect(ahead).toBeLessThanOrEqual(2 * concurrency);
    }),
    { numRuns: 40 },
  );
});

test('uses its concurrency', async () => {
  let active = 0;
  let most = 0;
  await lastValueFrom(
    from([1, 2, 3, 4, 5, 6]).pipe(
      mapOrdered(3, async () => {
        most = Math.max(most, ++active);
        await setTimeout(2);
        active--;
      }),
    ),
  );
  expect(most).toBe(3);
});

test('a failed work ends the stream, fires the signal of the others and starts no more', async () => {
  const signals: AbortSignal[] = [];
  const seen: number[] = [];
  const failing = from([0, 1, 2, 3, 4, 5]).pipe(
    mapOrdered(2, async (value, signal) => {
      signals.push(signal);
      await setTimeout(value === 1 ? 1 : 20);
      if (value === 1) throw new Error('value 1');
      return value;
    }),
  );
  await expect(failing.forEach((value) => void seen.push(value))).rejects.toThrow('value 1');
  expect(signals).toHaveLength(2);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  await setTimeout(30);
  expect([signals.length, seen]).toEqual([2, []]);
});

test('a work that fails before it is asynchronous ends the stream too', async () => {
  const failing = of(1).pipe(
    mapOrdered(1, (): Promise<number> => {
      throw new Error('at once');
    }),
  );
  await expect(lastValueFrom(failing)).rejects.toThrow('at once');
});

test('unsubscribing fires the signal', async () => {
  let stopped: AbortSignal | undefined;
  const source = new Subject<number>();
  const running = source
    .pipe(
      mapOrdered(1, (_, signal) => {
        stopped = signal;
        return new Promise(() => {});
      }),
    )
    .subscribe();
  source.next(1);
  running.unsubscribe();
  expect([stopped?.aborted, source.observed]).toEqual([true, false]);
});

test('nobody works for a subscriber who has enough', async () => {
  let started = 0;
  const first = from(Array.from({ length: 50 }, (_, i) => i)).pipe(
    mapOrdered(2, async (value) => {
      started++;
      return value;
    }),
    take(1),
  );
  expect(await firstValueFrom(first)).toBe(0);
  await setTimeout(5);
  expect(started).toBeLessThanOrEqual(4);
});

test('completes with an empty source, and passes on its error', async () => {
  expect(
    await lastValueFrom(
      from<number[]>([]).pipe(
        mapOrdered(1, async (value) => value),
        toArray(),
      ),
    ),
  ).toEqual([]);
  const failing = of(1).pipe(
    concatWith(throwError(() => new Error('source'))),
    mapOrdered(1, async (value) => value),
  );
  await expect(lastValueFrom(failing)).rejects.toThrow('source');
});
