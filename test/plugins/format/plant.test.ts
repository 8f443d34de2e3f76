import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hdf5 } from '../../../plugins/format/hdf5.js';
import { zarr } from '../../../plugins/format/zarr.js';
import { fixtures, readWhole } from './containers.js';

const folder = path.join(fixtures, 'plant');
const reference = JSON.parse(await readFile(path.join(folder, 'reference.json'), 'utf8'));

test.each([
  ['raw', zarr, 'raw.ome.zarr', undefined],
  ['label', zarr, 'label.ome.zarr', undefined],
  ['raw', hdf5, 'plant.h5', 'raw'],
  ['label', hdf5, 'plant.h5', 'label'],
] as const)('$0 of a real stack, read from $2, is what numpy reads', async (kind, format, file, array) => {
  const { data, shape, dtype } = await readWhole(format, path.join(folder, file), array);
  const sha256 = createHash('sha256').update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  expect({ shape: shape.slice(0, -1), dtype, sha256: sha256.digest('hex') }).toEqual(reference[kind]);
});
