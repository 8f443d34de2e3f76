import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AbortedError, MemoryError } from '../../../core/errors.js';
import { formatBytes, joinLeases, type Lease, MemoryBudget, NO_LEASE } from '../../../core/job/memory.js';

/** Whether a promise is settled by now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const mark = () => {
    done = true;
  };
  promise.then(mark, mark);
  await setTimeout(0);
  return done;
}

describe('a budget', () => {
  test('is never exceeded, serves first come first, and is whole again in the end', async () => {
    const requests = fc.array(
      fc.record({ bytes: fc.integer({ min: 0, max: 100 }), hold: fc.integer({ min: 0, max: 3 }) }),
    );
    await fc.assert(
      fc.asyncProperty(requests, async (wanted) => {
        const memory = new MemoryBudget(100);
        const granted: number[] = [];
        await Promise.all(
          wanted.map(async ({ bytes, hold }, i) => {
            const lease = await memory.lease(bytes, `request ${i}`);
            granted.push(i);
            expect(memory.inUse).toBeLessThanOrEqual(100);
            for (let turn = 0; turn < hold; turn++) await null;
            lease.release();
          }),
        );
        expect(granted).toEqual(wanted.map((_, i) => i));
        expect(memory.inUse).toBe(0);
        expect(memory.peak).toBeLessThanOrEqual(100);
        expect(memory.peak).toBeGreaterThanOrEqual(Math.max(0, ...wanted.map(({ bytes }) => bytes)));
      }),
    );
  });

  test('a large request is not starved by small ones', async () => {
    const memory = new MemoryBudget(10);
    const first = await memory.lease(6, 'first');
    const large = memory.lease(10, 'large');
    const small = memory.lease(1, 'small');
    expect([await settled(large), await settled(small)]).toEqual([false, false]);
    first.release();
    (await large).release();
    expect(await settled(small)).toBe(true);
  });

  test('bytes are gone as soon as they are granted, before the waiting one goes on', async () => {
    const memory = new MemoryBudget(10);
    const held = await memory.lease(10, 'held');
    const waiting = [memory.lease(10, 'next'), memory.lease(10, 'last')];
    held.release();
    expect(memory.inUse).toBe(10);
    (await waiting[0]).release();
    expect(memory.inUse).toBe(10);
    (await waiting[1]).release();
    expect(memory.inUse).toBe(0);
  });

  test('refuses what could never fit, with what to do', async () => {
    const memory = new MemoryBudget(1024);
    const refused = memory.lease(1025, 'cells.tif');
    await expect(refused).rejects.toThrow(MemoryError);
    await expect(refused).rejects.toThrow(
      /cells\.tif needs 1 KB at once, .* budget of 1 KB\. Raise SYSTEM.MEMORY_BUDGET/,
    );
    expect((await memory.lease(1024, 'all')).bytes).toBe(1024);
  });

  test.each([0, -1, Number.NaN])('of %d bytes is none', (bytes) =>
    expect(() => new MemoryBudget(bytes)).toThrow(RangeError),
  );
});

describe('a request', () => {
  test('leaves the queue when its signal fires, and lets the next one in', async () => {
    const memory = new MemoryBudget(10);
    const held = await memory.lease(5, 'held');
    const stop = new AbortController();
    const large = memory.lease(10, 'large', stop.signal);
    const small = memory.lease(5, 'small');
    stop.abort();
    await expect(large).rejects.toThrow(AbortedError);
    (await small).release();
    held.release();
    expect(memory.inUse).toBe(0);
  });

  test('is refused when its signal has fired, and kept when it fires too late', async () => {
    const memory = new MemoryBudget(10);
    await expect(memory.lease(1, 'x', AbortSignal.abort())).rejects.toThrow(AbortedError);
    const stop = new AbortController();
    const held = await memory.lease(10, 'held');
    const waiting = memory.lease(10, 'waiting', stop.signal);
    held.release();
    stop.abort();
    (await waiting).release();
    expect(memory.inUse).toBe(0);
  });
});

describe('a lease', () => {
  test('is given back by its last holder', async () => {
    const memory = new MemoryBudget(10);
    const lease = await memory.lease(4, 'x');
    expect(lease.retain()).toBe(lease);
    lease.release();
    expect(memory.inUse).toBe(4);
    lease.release();
    expect(memory.inUse).toBe(0);
    expect(() => lease.release()).toThrow(/given back twice/);
    expect(() => lease.retain()).toThrow(/cannot be retained/);
    expect(memory.inUse).toBe(0);
  });

  test('of several gives each back once', async () => {
    const memory = new MemoryBudget(10);
    const leases: Lease[] = [];
    for (const bytes of [1, 2, 3]) leases.push(await memory.lease(bytes, 'x'));
    const joined = joinLeases(leases);
    expect(joined.bytes).toBe(6);
    joined.retain().release();
    expect(memory.inUse).toBe(6);
    joined.release();
    expect(memory.inUse).toBe(0);
    expect(joinLeases([leases[0]])).toBe(leases[0]);
    const none = joinLeases([]);
    none.release();
    expect(none.bytes).toBe(0);
  });

  test('of nothing can be given back for ever', () => {
    NO_LEASE.retain().release();
    NO_LEASE.release();
    expect(NO_LEASE.bytes).toBe(0);
  });
});

describe('the leases of a run', () => {
  test('are given back together, whoever holds them, and those of others are not', async () => {
    const memory = new MemoryBudget(20);
    const [run, other] = [memory.scope(), memory.scope()];
    const lost = await run.lease(5, 'lost');
    const shared = (await run.lease(4, 'shared')).retain();
    (await run.lease(3, 'done')).release();
    const kept = await other.lease(2, 'kept');
    expect(memory.inUse).toBe(11);
    run.close();
    expect(memory.inUse).toBe(2);
    // Operators that are still at work do not know that the run has ended.
    lost.release();
    shared.release();
    shared.release();
    run.close();
    expect(memory.inUse).toBe(2);
    kept.release();
    expect(memory.inUse).toBe(0);
  });

  test('that wait are refused, and so are those to come', async () => {
    const memory = new MemoryBudget(10);
    const held = await memory.lease(8, 'held');
    const run = memory.scope();
    const waiting = run.lease(5, 'waiting');
    const granted = run.lease(2, 'granted, but not told yet');
    run.close();
    await expect(waiting).rejects.toThrow(AbortedError);
    await expect(granted).rejects.toThrow(AbortedError);
    await expect(run.lease(1, 'late')).rejects.toThrow(AbortedError);
    held.release();
    expect(memory.inUse).toBe(0);
  });

  test('are of the same budget, also in a run inside a run', async () => {
    const memory = new MemoryBudget(10);
    const run = memory.scope();
    const inner = run.scope();
    await inner.lease(6, 'inner');
    expect([inner.budget, inner.inUse, run.inUse]).toEqual([10, 6, 6]);
    await expect(inner.lease(11, 'x')).rejects.toThrow(MemoryError);
    run.close();
    expect(memory.inUse).toBe(0);
  });
});

test.each([
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [1024, '1 KB'],
  [1536, '1.5 KB'],
  [150 * 1024 ** 2, '150 MB'],
  [4.26 * 1024 ** 3, '4.26 GB'],
  [2 ** 60, '1048576 TB'],
])('%d bytes are written %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
