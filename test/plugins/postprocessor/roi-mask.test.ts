import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { boundedSource, deferred, readRegion } from '../../../core/image/deferred.js';
import { ImageFiles } from '../../../core/image/files.js';
import { image } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';
import { keepInside } from '../../../plugins/postprocessor/roi-mask.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

const files = () => new ImageFiles({ formats: catalog.formats(), containers: catalog.containers() });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'masks-'));
  const { files } = bench().services;
  await files!.write(path.join(folder, 'a.tif'), image(Uint8Array.of(0, 255, 0, 0), [2, 2, 1]));
  await files!.write(path.join(folder, 's0.tif'), image(Uint8Array.of(1, 0, 0, 0), [2, 2, 1]));
});
afterAll(() => rm(folder, { recursive: true }));

const masked = async (masks: string, index = 0, parameters = {}) => {
  const picture = ramp([2, 2, 1]);
  const sample = sampleOf(picture, { index, products: { channels: image(Float32Array.of(1, 2, 3, 4), [2, 2, 1]) } });
  const [{ products }] = await bench({ services: { files: files() } }).run(
    node('r', 'postprocessor/roi-mask', { masks, ...parameters }),
    [sample],
  );
  return [...products.channels.data];
};

test('one mask is for all images', async () =>
  expect(await masked(path.join(folder, 'a.tif'), 5)).toEqual([0, 2, 0, 0]));

test('of a folder, the mask of the same name, else the one at the same place', async () => {
  expect(await masked(folder)).toEqual([1, 0, 0, 0]);
  expect(await masked(folder, 1)).toEqual([1, 0, 0, 0]);
});

test('masks in containers have the order of axes that is told', async () => {
  const mask = path.join(os.tmpdir(), `${path.basename(folder)}.zarr`);
  const plan = { shape: [2, 2], chunk: [2, 2], dtype: 'uint8', axes: 'YX', kind: 'labels', metadata: {} } as const;
  const writer = await files().createArray(mask, plan);
  await writer.write([0, 0], [2, 2], Uint8Array.of(0, 1, 0, 0));
  await writer.close();
  expect(await masked(mask)).toEqual([0, 2, 0, 0]);
  expect(await masked(mask, 0, { axes: 'XY' })).toEqual([0, 0, 3, 0]);
  await rm(mask, { recursive: true });
});

test('an image without mask, and a folder that is not there', async () => {
  await expect(masked(folder, 2)).rejects.toThrow('data/s2.tif: there is no mask for this image');
  await expect(masked('/no/masks')).rejects.toThrow('Correct DATA.TEST.ROI_MASK.PATH.');
});

test('a coarse mask covers the image, all channels alike', () => {
  const prediction = image(new Float32Array(32).fill(1), [4, 4, 2]);
  const coarse = image(Uint8Array.of(0, 3), [1, 2, 1]);
  const { data } = keepInside(prediction, coarse, 'm.tif');
  expect([...data.slice(0, 8)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  expect(data.slice(8)).toEqual(new Float32Array([...data.slice(0, 8), ...data.slice(0, 8), ...data.slice(0, 8)]));
});

test('a mask of other axes is refused', () => {
  expect(() => keepInside(ramp([2, 2, 2, 1]), ramp([2, 2, 1]), 'm.tif')).toThrow(
    'm.tif: the mask has 2 axes, the image 3.',
  );
});

test('a prediction in parts is kept inside as one in memory, by a coarser mask too', async () => {
  const whole = ramp([6, 7, 5, 2]);
  const { shape, dtype, metadata } = whole;
  const inside = async (box: Parameters<typeof readPatch>[1]) => readPatch(whole, box);
  const lazy = deferred(boundedSource({ shape, dtype, metadata, file: 'a.zarr', inside }));
  const coarse = image(Uint8Array.of(1, 0, 0, 1, 0, 1, 1, 1), [2, 2, 2, 1]);
  const own = files();
  const file = path.join(folder, 'coarse', 'a.tif');
  await own.write(file, coarse);
  const mask = node('r', 'postprocessor/roi-mask', { masks: file, ndim: '3D' });
  const run = (budget: number) =>
    bench({ budget, services: { files: own } }).run(mask, [sampleOf(lazy, { products: { channels: lazy } })]);
  const [{ products }] = await run(1e6);
  const box = { start: [1, 2, 0], size: [4, 5, 5] };
  const found = await readRegion(products.channels, box);
  expect(found.data).toEqual(readPatch(keepInside(whole, coarse, 'm.tif'), box).data);
  await expect(run(30)).rejects.toThrow(/the mask takes 8 B, more than .* Give a coarser mask/);
});
