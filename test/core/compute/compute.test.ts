import { afterAll, describe, expect, test } from 'vitest';
import { Compute } from '../../../core/compute/compute.js';
import { AbortedError, DataError } from '../../../core/errors.js';
import { here } from './procedures.js';

const threaded = new Compute({ threads: 2 });
const here0 = new Compute();
afterAll(() => threaded.close());

const double = { module: here, name: 'double' };

describe.each([
  ['in threads', threaded],
  ['on the calling thread', here0],
])('%s', (_, compute) => {
  test('a function gets its input and gives its output', async () => {
    const { values } = await compute.call<object, { values: Float32Array }>(double, {
      values: Float32Array.of(1, 2.5),
    });
    expect(values).toEqual(Float32Array.of(2, 5));
  });

  test('errors keep their class, message and place', async () => {
    const error = await compute.call({ module: here, name: 'refuse' }, 'a.tif').catch((cause) => cause);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ message: 'a.tif: no.', where: { file: 'a.tif' } });
  });

  test('defects come through', async () => {
    await expect(compute.call({ module: here, name: 'break_' }, 0)).rejects.toThrow('a defect');
  });

  test('a function that is not there is named', async () => {
    await expect(compute.call({ module: here, name: 'missing' }, 0)).rejects.toThrow("exports no function 'missing'");
  });

  test('a call that was stopped before is not made', async () => {
    const call = compute.call(double, { values: new Float32Array(1) }, { signal: AbortSignal.abort() });
    await expect(call).rejects.toBeInstanceOf(AbortedError);
  });
});

type Doubled = { values: Float32Array; thread: number; bytes: number };

test('threads are others than the calling one, and calls are made side by side', async () => {
  const calls = await Promise.all(
    Array.from({ length: 8 }, () => threaded.call<object, Doubled>(double, { values: new Float32Array(4) })),
  );
  expect(calls.every(({ thread }) => thread > 0)).toBe(true);
  expect((await here0.call<object, Doubled>(double, { values: new Float32Array(4) })).thread).not.toBe(calls[0].thread);
  expect([threaded.concurrency, here0.concurrency]).toEqual([3, 1]);
});

test('a view takes its own values along and no more', async () => {
  const whole = new Float32Array(1000);
  const { bytes } = await threaded.call<object, Doubled>(double, { values: whole.subarray(10, 14) });
  expect(bytes).toBe(16);
});

test('an input is copied, or taken over when that is asked for', async () => {
  const values = new Float32Array(4).fill(1);
  await threaded.call(double, { values });
  expect(values).toHaveLength(4);
  await threaded.call(double, { values }, { transfer: true });
  expect(values).toHaveLength(0);
});

test('stopping ends the thread in the middle of its work', async () => {
  const stop = new AbortController();
  const call = threaded.call({ module: here, name: 'wait' }, 60_000, { signal: stop.signal });
  stop.abort();
  await expect(call).rejects.toBeInstanceOf(AbortedError);
});

test('a thread imports modules of plugins, which import biagraph as a whole', async () => {
  const selfUrl = new URL('../../../index.ts', import.meta.url).href;
  const compute = new Compute({ threads: 1, selfUrl });
  const module = new URL('./plugin-procedures.ts', import.meta.url).href;
  expect(compute.reaches(module)).toBe(true);
  expect(compute.reaches(undefined)).toBe(false);
  const { thread, defineStep } = await compute.call<null, { thread: number; defineStep: string }>(
    { module, name: 'look' },
    null,
  );
  await compute.close();
  expect(thread).toBeGreaterThan(0);
  expect(defineStep).toBe('function');
}, 60_000);
