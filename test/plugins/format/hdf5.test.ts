import { copyFile, mkdir, open, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ArrayPlan } from '../../../core/image/chunked-array.js';
import { hdf5 } from '../../../plugins/format/hdf5.js';
import { fixtures, ramp, readWhole, SHAPE, scratch } from './containers.js';

const stack = path.join(fixtures, 'stack.h5');
const folder = await scratch();

describe('written by h5py', () => {
  test.each([
    ['byte-b1', 'uint8'],
    ['byte-u1', 'uint8'],
    ['byte-i1', 'int8'],
    ['little-u2', 'uint16'],
    ['big-u2', 'uint16'],
    ['little-i2', 'int16'],
    ['little-u4', 'uint32'],
    ['little-i4', 'int32'],
    ['little-u8', 'uint32'],
    ['little-i8', 'int32'],
    ['little-f2', 'float32'],
    ['big-f2', 'float32'],
    ['little-f4', 'float32'],
    ['big-f4', 'float32'],
    ['little-f8', 'float64'],
  ] as const)('dtype %s', async (stored, dtype) => {
    const { data, shape } = await readWhole(hdf5, stack, `dtypes.${stored}`);
    expect(shape).toEqual([...SHAPE, 1]);
    expect(data).toEqual(ramp(dtype, 495, stored === 'byte-b1'));
  });

  test.each(['plain', 'gzip', 'checksum', 'lzf'])('chunked, %s', async (name) => {
    const { data } = await readWhole(hdf5, stack, `/chunked/${name}`);
    expect(data).toEqual(ramp('uint16'));
  });

  test('voxel size from the attributes', async () => {
    const { metadata } = await readWhole(hdf5, stack, 'volumes.raw');
    expect(metadata).toMatchObject({ spacing: [40, 4, 4], unit: 'nanometer' });
  });

  test('without a path the first dataset in sorted order is taken, and links that lead back do no harm', async () => {
    const array = await hdf5.open(stack, {});
    expect(array.file).toBe(`${stack}/chunked/checksum`);
    await array.close();
    const inGroup = await hdf5.open(stack, { array: 'volumes/labels' });
    expect(inGroup.file).toBe(`${stack}/volumes/labels/ids`);
    await inGroup.close();
  });

  test('is recognised by its signature, after a block of the user too', async () => {
    const head = await readFile(stack);
    expect(await hdf5.detects('a.bin', head.subarray(0, 2056))).toBe(true);
    expect(await hdf5.detects('a.h5', Buffer.concat([Buffer.alloc(512), head.subarray(0, 100)]))).toBe(true);
    expect(await hdf5.detects('a.h5', Buffer.alloc(2056))).toBe(false);
  });
});

describe('what cannot be read', () => {
  test.each([
    ['text', /holds no numbers/],
    ['volumes.nothing', /there is no 'volumes\.nothing' in it; \/volumes holds labels, raw/],
    ['volumes.raw.more', /'raw' of 'volumes\.raw\.more' is no group/],
  ])('%s', async (array, message) => {
    await expect(hdf5.open(stack, { array })).rejects.toThrow(message);
  });

  test('a missing file', async () => {
    await expect(hdf5.open(path.join(folder, 'none.h5'), {})).rejects.toThrow(/none\.h5: .*ENOENT/);
  });

  test.each([10, 100, 1000, 5000])('a file cut after %i bytes', async (bytes) => {
    const file = path.join(folder, `cut-${bytes}.h5`);
    await copyFile(stack, file);
    await truncate(file, bytes);
    await expect(readWhole(hdf5, file, 'volumes.raw')).rejects.toThrow(
      /cut-\d+\.h5: the HDF5 file cannot be read \(.+\)\. Copy it/,
    );
  });

  test('a damaged chunk is told by its checksum, and other files go on', async () => {
    const file = path.join(folder, 'flipped.h5');
    const bytes = await readFile(stack);
    // The first row of the ramp as stored in the chunk with a checksum.
    const first = Buffer.from(ramp('uint16', 8).buffer);
    for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) bytes[at + 2] ^= 255;
    await writeFile(file, bytes);
    await expect(readWhole(hdf5, file, 'chunked.checksum')).rejects.toThrow(
      /flipped\.h5\/chunked\/checksum: the values from 0, 0, 0 on cannot be read \(.+\)/,
    );
    expect((await readWhole(hdf5, stack, 'chunked.checksum')).data).toEqual(ramp('uint16'));
  });

  test('a dataset put together from a file that is not there; with the file it is read', async () => {
    const folderOfBoth = path.join(folder, 'virtual');
    await mkdir(folderOfBoth);
    const file = path.join(folderOfBoth, 'virtual.h5');
    await copyFile(path.join(fixtures, 'damaged/virtual.h5'), file);
    await expect(hdf5.open(file, {})).rejects.toThrow(/put together from other files, and nowhere\.h5 is not there/);
    await copyFile(path.join(fixtures, 'damaged/nan.h5'), path.join(folderOfBoth, 'nowhere.h5'));
    expect((await readWhole(hdf5, file)).data.slice(0, 4)).toEqual(Uint16Array.of(0, 1, 2, 3));
  });

  test('random bytes after the signature', async () => {
    const file = path.join(folder, 'random.h5');
    const bytes = await readFile(stack);
    for (let i = 8; i < 4096; i++) bytes[i] = (i * 73) % 251;
    await writeFile(file, bytes);
    await expect(hdf5.open(file, {})).rejects.toThrow(/random\.h5: the HDF5 file cannot be read/);
  });
});

describe('writing', () => {
  const plan: Omit<ArrayPlan, 'dtype'> = {
    shape: [5, 9, 11],
    chunk: [3, 5, 8],
    axes: 'ZYX',
    kind: 'image',
    metadata: { spacing: [2, 1, 1], unit: 'micron' },
  };

  test.each(['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'] as const)(
    '%s comes back as it was, slab by slab',
    async (dtype) => {
      const file = path.join(folder, `${dtype}.h5`);
      const writer = await hdf5.create!(file, { ...plan, dtype });
      const values = ramp(dtype);
      await writer.write([0, 0, 0], [2, 9, 11], values.slice(0, 198));
      await writer.write([2, 0, 0], [3, 9, 11], values.slice(198));
      expect(await readdir(folder)).not.toContain(`${dtype}.h5`);
      await writer.close();
      const { data, metadata } = await readWhole(hdf5, file);
      expect(data).toEqual(values);
      expect(metadata).toMatchObject({ spacing: [2, 1, 1], unit: 'micron', fileAxes: 'ZYX' });
    },
  );

  test('a place that cannot be written', async () => {
    await expect(hdf5.create!(folder, { ...plan, dtype: 'uint8' })).rejects.toThrow(/a folder is in the place/);
    const file = path.join(folder, 'file');
    await (await open(file, 'w')).close();
    await expect(hdf5.create!(path.join(file, 'a.h5'), { ...plan, dtype: 'uint8' })).rejects.toThrow(
      /something of that name is in the way/,
    );
  });
});
