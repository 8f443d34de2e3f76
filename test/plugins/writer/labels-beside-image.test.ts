import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { ImageFiles } from '../../../core/image/files.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { hdf5 } from '../../../plugins/format/hdf5.js';
import { openZarr } from '../../../plugins/format/zarr.js';
import { createZarr } from '../../../plugins/format/zarr-writer.js';
import { scratch, wholeOf } from '../format/containers.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

const folder = await scratch();
const files = new ImageFiles({ formats: catalog.formats(), containers: catalog.containers() });
const metadata = { spacing: [2, 0.5, 0.5], unit: 'micron' };
const shape = [3, 4, 5, 1];
const values = Uint16Array.from({ length: 60 }, (_, i) => (i % 7) * 300);

async function container(name: string, options: { version: 2 | 3; ome: boolean }, axes = 'ZYX'): Promise<string> {
  const file = path.join(folder, name);
  const sides = [...axes].map((letter) => ({ Z: 3, Y: 4, X: 5, C: 2 })[letter]!);
  const plan = { shape: sides, chunk: sides, dtype: 'uint8' as const, axes, kind: 'image' as const, metadata };
  const writer = await createZarr(file, plan, options);
  await writer.write(
    sides.map(() => 0),
    sides,
    new Uint8Array(sides.reduce((a, b) => a * b)).fill(9),
  );
  await writer.close();
  return file;
}

const write = (parameters: object, file: string, more: Partial<Sample> = {}) =>
  bench({ services: { files } }).run(node('labels', 'writer/labels-beside-image', { name: 'cells', ...parameters }), [
    sampleOf(image(new Uint8Array(60), shape, { ...metadata, fileAxes: 'ZYX' }), {
      file,
      products: { labels: image(values, shape, metadata) },
      ...more,
    }),
  ]);

test.each([2, 3] as const)('labels lie beside the image, with its voxel size (Zarr version %i)', async (version) => {
  const file = await container(`cells-${version}.ome.zarr`, { version, ome: true });
  await write({}, file);
  const labels = await openZarr(file, 'labels.cells');
  expect([labels.axes, labels.dtype]).toEqual(['ZYX', 'uint16']);
  expect(labels.metadata).toMatchObject(metadata);
  expect((await wholeOf(labels)).data).toEqual(values);
  expect((await openZarr(file)).dtype).toBe('uint8');
});

test('labels of an image with channels have none', async () => {
  const file = await container('channels.zarr', { version: 3, ome: true }, 'CZYX');
  const raw = image(new Uint8Array(120), [3, 4, 5, 2], { ...metadata, fileAxes: 'CZYX' });
  await write({}, file, { image: raw });
  expect((await openZarr(file, 'labels.cells')).shape).toEqual([3, 4, 5]);
});

test('an image within a container has its labels there', async () => {
  const outer = path.join(folder, 'outer.zarr');
  await container('outer.zarr/first', { version: 3, ome: true });
  await writeFile(path.join(outer, 'zarr.json'), '{"zarr_format": 3, "node_type": "group"}');
  await write({ array: 'first' }, outer);
  expect((await wholeOf(await openZarr(outer, 'first.labels.cells'))).data).toEqual(values);
});

test('labels of that name are kept, unless they are to be replaced or were not finished', async () => {
  const file = await container('kept.zarr', { version: 3, ome: true });
  await write({}, file);
  const other = {
    products: {
      labels: image(
        values.map((value) => value + 1),
        shape,
        metadata,
      ),
    },
  };
  await expect(write({}, file, other)).rejects.toThrow(/labels\/cells: these labels are there already/);
  expect((await wholeOf(await openZarr(file, 'labels.cells'))).data).toEqual(values);
  await write({ replace: true }, file, other);
  expect((await wholeOf(await openZarr(file, 'labels.cells'))).data).toEqual(values.map((value) => value + 1));
  await rm(path.join(file, 'labels/cells/zarr.json'));
  await write({}, file);
  expect((await wholeOf(await openZarr(file, 'labels.cells'))).data).toEqual(values);
});

test('what is no OME-Zarr image, and what is no label image, is told', async () => {
  const plain = await container('plain.zarr', { version: 3, ome: false });
  await expect(write({}, plain)).rejects.toThrow(/plain\.zarr: this is no OME-Zarr image/);
  const file = path.join(folder, 'a.h5');
  const writer = await hdf5.create!(file, {
    ...{ shape: [3, 4, 5], chunk: [3, 4, 5], dtype: 'uint8', axes: 'ZYX', kind: 'image', metadata: {} },
  });
  await writer.close();
  await expect(write({}, file)).rejects.toThrow(/a\.h5: labels can be put beside an image in an OME-Zarr only/);
  const ome = await container('float.zarr', { version: 3, ome: true });
  await expect(write({ product: 'channels' }, ome, { products: { channels: ramp(shape) } })).rejects.toThrow(
    /float\.zarr: labels are whole numbers, but 'channels' holds float32/,
  );
});
