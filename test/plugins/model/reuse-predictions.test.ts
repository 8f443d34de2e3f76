import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { ImageFiles } from '../../../core/image/files.js';
import { planVolume, writeVolume } from '../../../core/image/write-volume.js';
import { arraySourceOf } from '../loader/volume-source.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

const files = new ImageFiles({ formats: catalog.formats(), containers: catalog.containers() });
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'predictions-'));
});
afterAll(() => rm(folder, { recursive: true }));

const reuse = (parameters = {}) => node('predictions', 'model/reuse-predictions', { folder, ...parameters });
const run = (parameters: object, sample = sampleOf(ramp([2, 3, 1]))) =>
  bench({ services: { files } }).run(reuse(parameters), [sample]);

test('the prediction of the name of the image is read, to the bit', async () => {
  const saved = ramp([2, 3, 2]);
  await files.write(path.join(folder, 's0.tif'), saved);
  const [{ products }] = await run({ channels: 2 });
  expect(products.channels.shape).toEqual([2, 3, 2]);
  expect([...products.channels.data]).toEqual([...saved.data]);
  const [{ products: restored }] = await run({ channels: 2, product: 'restored' });
  expect(Object.keys(restored)).toContain('restored');
});

test('predictions may be larger than their images', async () => {
  await files.write(path.join(folder, 's0.tif'), ramp([4, 6, 1]));
  const [{ products }] = await run({ scale: [2, 2] });
  expect(products.channels.shape).toEqual([4, 6, 1]);
});

test('volumes that were written in parts are read in parts', async () => {
  const volume = ramp([3, 4, 5, 1]);
  const picture = arraySourceOf(volume);
  const writer = await files.createArray(path.join(folder, 's0.zarr'), planVolume(picture, volume, 'image'));
  await writeVolume(picture, writer);
  await writer.close();
  await rm(path.join(folder, 's0.tif'), { force: true });
  const [{ products }] = await run({ ndim: '3D' }, sampleOf(volume));
  const { source } = products.channels;
  const { data } = await source!.read({ start: [0, 0, 0], size: [3, 4, 5] });
  expect([...data]).toEqual([...volume.data]);
  await rm(path.join(folder, 's0.zarr'), { recursive: true });
});

test('a prediction that is missing, or is of another configuration', async () => {
  await expect(run({})).rejects.toThrow(
    /data\/s0.tif: .* has no prediction of this image \(s0.tif\)\. Run the test once/,
  );
  await files.write(path.join(folder, 's0.tif'), ramp([2, 2, 1]));
  await expect(run({})).rejects.toThrow(
    /s0.tif: the prediction is 2×2×1, but this configuration makes 2×3×1 of s0.tif/,
  );
});
