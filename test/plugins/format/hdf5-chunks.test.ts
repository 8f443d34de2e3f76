import { copyFile, truncate } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { hdf5 } from '../../../plugins/format/hdf5.js';
import { fixtures, readWhole, scratch } from './containers.js';

const file = path.join(fixtures, 'direct.h5');
const values = Uint16Array.from({ length: 8 * 32 * 100 }, (_, i) => i % 1000);
const folder = await scratch();

describe.each(['gzip', 'big', 'deflated', 'plain', 'piece'])('%s', (name) => {
  test('is read without the library', async () => {
    const array = await hdf5.open(file, { array: name });
    expect(array.reading).toBeDefined();
    await array.close();
    expect((await readWhole(hdf5, file, name)).data).toEqual(values);
  });
});

test('chunks that are not stored hold the fill value, from the library', async () => {
  const { data } = await readWhole(hdf5, file, 'sparse');
  const expected = values.map((value, i) => (i < 12_800 && i % 100 < 64 ? value : 5));
  expect(data).toEqual(expected);
});

test('files of the latest version are read by the library', async () => {
  const latest = path.join(fixtures, 'latest.h5');
  expect((await hdf5.open(latest, {})).reading).toBeUndefined();
  expect((await readWhole(hdf5, latest)).data).toEqual(values);
});

test('a file that was cut after it was opened tells dataset and place', async () => {
  const cut = path.join(folder, 'cut.h5');
  await copyFile(file, cut);
  const array = await hdf5.open(cut, { array: 'piece' });
  await truncate(cut, 4000);
  await expect(array.readChunk([0, 0, 0])).rejects.toThrow(
    /cut\.h5\/piece: the values from 0, 0, 0 on cannot be read \(the file ends/,
  );
  await array.close();
});
