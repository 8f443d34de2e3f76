import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { ANNOTATED, FOUND } from '../../../core/image/found-points.js';
import { configOf } from '../../graphs/config.js';
import { arraySourceOf } from '../loader/volume-source.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

async function table(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sizes-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'resolution.json');
  await writeFile(file, JSON.stringify({ 's0.tif': [4, 0.5, 0.25], s1: [4, 2, 2] }));
  return file;
}

test('images carry their size, those that are read in parts too', async () => {
  const size = node('size', 'preprocessor/voxel-size', { file: await table() });
  const [plane, volume] = await bench().run(size, [
    sampleOf(ramp([2, 3, 1])),
    sampleOf(arraySourceOf(ramp([2, 2, 3, 1])), { index: 1 }),
  ]);
  expect(plane.image.metadata.spacing).toEqual([0.5, 0.25]);
  expect(volume.image.metadata.spacing).toEqual([4, 2, 2]);
  const part = await volume.image.source!.read({ start: [0, 0, 0], size: [1, 2, 3] });
  expect([...part.data]).toEqual([0, 1, 2, 3, 4, 5]);
  expect(part.metadata.spacing).toEqual([4, 2, 2]);
  await expect(bench().run(size, [sampleOf(ramp([2, 3, 1]), { index: 2 })])).rejects.toThrow('data/s2.tif');
});

test('distances of points are measured with it', async () => {
  const size = node('size', 'preprocessor/voxel-size', { file: await table() });
  const measured = async (index: number) => {
    const sample = sampleOf(ramp([9, 9, 1]), {
      index,
      facts: {
        [FOUND]: {
          coordinates: [
            [0, 0],
            [0, 4],
          ],
          ids: [1, 2],
          probabilities: [0.9, 0.8],
        },
        [ANNOTATED]: { coordinates: [[2, 0]] },
      },
    });
    const [sized] = await bench().run(size, [sample]);
    const rest = [
      node('close', 'postprocessor/remove-close-points', { radius: 1.5, spacing: [9, 9] }),
      node('points', 'metric/points', { tolerance: 1.5, spacing: [9, 9] }),
    ];
    return (await bench().run(rest, [sized]))[0].metrics;
  };
  // Half and a quarter of a unit: the second point is 1 away from the first, the annotated one 1 as well.
  expect(await measured(0)).toMatchObject({ 'TP (per image)': 1, 'FP (per image)': 0 });
  expect(await measured(1)).toMatchObject({ 'TP (per image)': 0, 'FP (per image)': 2 });
});

test('the table lies beside the folder of the test', () => {
  const { fromConfig } = catalog.node('preprocessor/voxel-size');
  const config = configOf({ 'DATA.TEST.RESOLUTION_FROM_JSON': true, 'DATA.TEST.PATH': '/lab/test/raw/' });
  expect(fromConfig!(config, 'test')).toEqual({ file: '/lab/test/resolution.json' });
  expect(fromConfig!(config, 'train')).toBeUndefined();
  expect(fromConfig!(configOf(), 'test')).toBeUndefined();
});
