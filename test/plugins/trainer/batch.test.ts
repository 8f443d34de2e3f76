import { from, lastValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const batches = (size: number) => node('batches', 'trainer/batch', { size });

function epoch(count: number, number = 0, shape = [2, 2, 1]): Sample[] {
  return Array.from({ length: count }, (_, position) =>
    sampleOf(ramp(shape), {
      index: position,
      id: `e${number}p${position}`,
      target: image(new Uint8Array(4).fill(position), [2, 2, 1]),
      moment: { epoch: number, position, total: count },
    }),
  );
}

test('stacks images and targets on a first axis, as float32', async () => {
  const [first, rest] = await bench().run(batches(2), epoch(3));
  expect(first.image.shape).toEqual([2, 2, 2, 1]);
  expect(first.image.data).toEqual(Float32Array.of(0, 1, 2, 3, 0, 1, 2, 3));
  expect(first.target?.data).toEqual(Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1));
  expect(first.id).toBe('e0p0 e0p1');
  expect(rest.image.shape).toEqual([1, 2, 2, 1]);
  expect(rest.target?.data).toEqual(Float32Array.of(2, 2, 2, 2));
});

test('ends a batch with its epoch, and counts batches', async () => {
  const found = await bench().run(batches(2), [...epoch(3, 4), ...epoch(3, 5)]);
  expect(found.map(({ moment }) => moment)).toEqual([
    { epoch: 4, position: 0, total: 2 },
    { epoch: 4, position: 1, total: 2 },
    { epoch: 5, position: 0, total: 2 },
    { epoch: 5, position: 1, total: 2 },
  ]);
  expect(found.map(({ image: { shape } }) => shape[0])).toEqual([2, 1, 2, 1]);
});

test('gives a batch as soon as it is full', async () => {
  const { stream } = bench();
  const seen: string[] = [];
  const samples = epoch(4);
  const given = (function* () {
    for (const sample of samples) {
      seen.push('in');
      yield sample;
    }
  })();
  await lastValueFrom(stream(batches(2), from(given), 'train').pipe(toArray())).then(() => {});
  expect(seen).toHaveLength(4);
  const order: string[] = [];
  const source = from(samples);
  await stream(batches(2), source, 'train').forEach(({ id }) => void order.push(id));
  expect(order).toEqual(['e0p0 e0p1', 'e0p2 e0p3']);
});

test('a batch without all targets has none', async () => {
  const [first, { target: _target, ...second }] = epoch(2);
  const [batch] = await bench().run(batches(2), [first, second as Sample]);
  expect('target' in batch).toBe(false);
});

test('holds the leases of its members until it is done', async () => {
  const { stream, memory } = bench();
  const samples: Sample[] = [];
  for (const sample of epoch(3)) samples.push({ ...sample, lease: await memory.lease(5, 'a patch') });
  const held: number[] = [];
  await stream(batches(2), samples, 'train').forEach(({ lease }) => void held.push(lease.bytes, memory.inUse));
  expect(held).toEqual([10, 15, 5, 5]);
  expect(memory.inUse).toBe(0);
});

test('patches of other shapes are refused, naming both files', async () => {
  const [first] = epoch(2);
  const odd = { ...epoch(2)[1], image: ramp([2, 3, 1]) };
  const failing = bench().run(batches(2), [first, odd]);
  await expect(failing).rejects.toThrow(
    'patches of one batch differ in shape: data/s0.tif gives 2×2×1, data/s1.tif gives 2×3×1.',
  );
});
