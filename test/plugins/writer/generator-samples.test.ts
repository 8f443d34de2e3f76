import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../../core/config/index.js';
import { node } from '../../../core/graph/graph.js';
import { generatorSamples } from '../../../plugins/writer/generator-samples.js';
import { bench, ramp, sampleOf } from '../nodes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-generator-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('patches and targets of the first epoch are written with their values, once, and all are passed on', async () => {
  const [images, targets] = ['gen_check', 'gen_mask_check'].map((name) => path.join(folder, name));
  const samples = [0, 1, 0, 1].map((position, i) =>
    sampleOf(ramp([6, 5, 1]), {
      index: position,
      target: ramp([6, 5, 1], Uint8Array),
      moment: { epoch: i < 2 ? 0 : 1, position, total: 2 },
    }),
  );
  const writer = node('check', 'writer/generator-samples', { part: 'train', images, targets });
  expect(await bench().run(writer, samples, 'train')).toEqual(samples);
  const names = ['train_00000_s0.tif', 'train_00001_s1.tif'];
  expect((await readdir(images)).sort()).toEqual(names);
  expect((await readdir(targets)).sort()).toEqual(names);
  const { files } = bench().services;
  expect([...(await files!.read(path.join(images, names[1]), '2D')).data]).toEqual([...samples[1].image.data]);
  expect((await files!.read(path.join(targets, names[0]), '2D')).dtype).toBe('uint8');
});

test('the configuration asks for it', () => {
  const parameters = (on: boolean, part: 'train' | 'validation' | 'test') =>
    generatorSamples.fromConfig!(
      loadConfig({ DATA: { CHECK_GENERATORS: on }, TRAIN: { ENABLE: true } }, { checkPaths: false }).config,
      part,
    );
  expect(parameters(true, 'validation')).toMatchObject({ part: 'validation' });
  expect(parameters(true, 'test')).toBeUndefined();
  expect(parameters(false, 'train')).toBeUndefined();
});
