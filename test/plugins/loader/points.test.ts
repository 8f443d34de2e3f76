import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { drawTarget } from '../../../plugins/loader/points.js';
import { bench, ramp, sampleOf } from '../nodes.js';
import { arraySourceOf } from './volume-source.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-points-'));
});
afterAll(() => rm(folder, { recursive: true }));

const loader = (more: object = {}) => node('points', 'loader/points', { folder, radii: [1, 1], ...more });

describe('the table of an image', () => {
  test('is that of its name, and becomes a mask and a list of points', async () => {
    await writeFile(path.join(folder, 'a.csv'), 'index,axis-0,axis-1\n0,9,9\n');
    await writeFile(path.join(folder, 's0.csv'), 'index,axis-0,axis-1\n0,1.9,2\n1,4,0\n');
    const [sample] = await bench().run(loader(), [sampleOf(ramp([6, 5, 1]))]);
    expect(sample.facts.annotatedPoints).toMatchObject({
      coordinates: [
        [1, 2],
        [4, 0],
      ],
    });
    expect(sample.targetKinds).toEqual(['mask']);
    const rows = Array.from({ length: 6 }, (_, y) => sample.target!.data.slice(5 * y, 5 * y + 5).join(''));
    expect(rows).toEqual(['00100', '01110', '00100', '10000', '11000', '10000']);
  });

  test('or else the one at its place, with a warning', async () => {
    const runner = bench();
    await runner.run(loader(), [sampleOf(ramp([12, 12, 1]), { file: 'data/other.tif' })]);
    expect(runner.heard.find(({ type }) => type === 'warning')).toMatchObject({
      message: expect.stringMatching(/other\.tif: .* has no CSV file of that name, so a\.csv/),
    });
    const lonely = sampleOf(ramp([12, 12, 1]), { file: 'data/other.tif', index: 7 });
    await expect(bench().run(loader(), [lonely])).rejects.toThrow('only 2 in all');
  });

  test('has classes that there are', async () => {
    await writeFile(path.join(folder, 's1.csv'), 'index,axis-0,axis-1,class\n0,1,1,3\n');
    const sample = sampleOf(ramp([3, 3, 1]), { index: 1 });
    await expect(bench().run(loader({ classes: 3 }), [sample])).rejects.toThrow("class is '3'");
    const [read] = await bench().run(loader({ classes: 4, radii: [0, 0] }), [sample]);
    expect([...read.target!.data]).toEqual(new Array(9).fill([1, 3]).flat());
  });

  test('may hold points that touch, which is told', async () => {
    await writeFile(path.join(folder, 's2.csv'), 'axis-0,axis-1\n2,2\n2,4\n');
    const runner = bench();
    await runner.run(loader(), [sampleOf(ramp([6, 6, 1]), { index: 2 })]);
    expect(runner.heard.find(({ type }) => type === 'warning')).toMatchObject({
      message: expect.stringMatching(/s2\.csv: drawn points touch/),
    });
  });
});

test('a volume that is read in parts has its points drawn in parts', async () => {
  const points = { coordinates: [[3, 4, 5]] };
  const options = { radii: [1, 2, 2], classes: 2 };
  const whole = drawTarget(ramp([6, 9, 9, 1]), points, options);
  const parts = drawTarget(arraySourceOf(ramp([6, 9, 9, 1])), points, options);
  const box = { start: [2, 3, 0], size: [3, 4, 9] };
  const part = await parts.source!.read(box);
  const at = (z: number, y: number, x: number) => whole.data[(z * 9 + y) * 9 + x];
  expect([...part.data]).toEqual(
    [...part.data.keys()].map((i) => at(2 + Math.floor(i / 36), 3 + (Math.floor(i / 9) % 4), i % 9)),
  );
  expect([...part.data].some((value) => value === 1)).toBe(true);
});
