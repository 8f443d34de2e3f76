import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { MemoryBudget } from '../../../core/job/memory.js';
import { beforeAndAfter, drawGrid } from '../../../plugins/augmenter/preview.js';
import { bench, ramp, sampleOf } from '../nodes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-preview-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the first samples are drawn as the training gets them, and the training gets no more than before', async () => {
  const memory = new MemoryBudget(1000);
  const make = async (index: number, epoch: number) =>
    sampleOf(ramp([10, 12, 1]), {
      index,
      target: ramp([10, 12, 1], Uint8Array),
      moment: { epoch, position: index, total: 4 },
      lease: await memory.lease(10, 'a patch'),
    });
  const samples = [await make(0, 0), await make(1, 0), await make(2, 0), await make(0, 1)];
  const row = (grid: boolean) => [
    node('source', 'augmenter/preview-source', { count: 2, grid }),
    node('flip', 'augmenter/flip', { x: 0.5, y: 0.5 }),
    node('preview', 'augmenter/preview', { folder }),
  ];
  const alone = await bench().run(
    row(true)[1],
    samples.map((sample) => ({ ...sample, lease: sample.lease.retain() })),
    'train',
  );
  const given = await bench().run(row(true), samples, 'train');
  expect(given.map(({ index, image: { data } }) => [index, [...data]])).toEqual(
    alone.map(({ index, image: { data } }) => [index, [...data]]),
  );
  expect((await readdir(folder)).sort()).toEqual(['000_s0.png', '001_s1.png']);
  expect(memory.inUse).toBe(0);
  const { files } = bench().services;
  const drawn = await files!.read(path.join(folder, '000_s0.png'), '2D');
  // Two pictures with a gap of 4 beside each other, and two under them.
  expect(drawn.shape.slice(0, 2)).toEqual([24, 28]);
});

test('a grid has lines of the greatest value of each channel', () => {
  const { data } = drawGrid(
    image(
      Float32Array.from({ length: 200 }, (_, i) => (i % 2 ? -1 : 0) + i / 1000),
      [10, 10, 2],
    ),
  );
  expect(data[0]).toBeCloseTo(0.198, 6);
  expect(data[1]).toBeCloseTo(-0.801, 6);
  expect([data[22], data[23]].map((value) => Math.round(1000 * value))).toEqual([22, -977]);
});

test('pairs share their grey values', () => {
  const before = { image: image(Float32Array.of(0, 1, 0, 1), [2, 2, 1]) };
  const { data, shape } = beforeAndAfter(before, { image: image(Float32Array.of(0.5, 1, 0, 2), [2, 2, 1]) });
  expect(shape).toEqual([2, 8, 1]);
  expect([data[0], data[1], data[6], data[7]]).toEqual([0, 255, 127, 255].map((value) => expect.closeTo(value, -1)));
  expect(data[3]).toBe(128);
});
