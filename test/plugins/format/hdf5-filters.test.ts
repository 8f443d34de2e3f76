import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { hdf5 } from '../../../plugins/format/hdf5.js';
import { isKnownFilter, undoFilter } from '../../../plugins/format/hdf5-filters.js';
import { fixtures, ramp, readWhole } from './containers.js';

const file = path.join(fixtures, 'filters.h5');

describe('filters that are not of HDF5 itself', () => {
  test.each([
    ...['lzf', 'lzf-shuffle', 'lz4', 'lz4-small-blocks', 'zstd'],
    ...['blosc-lz4', 'blosc-blosclz-bits', 'blosc-zstd'],
  ])('%s', async (name) => {
    expect((await readWhole(hdf5, file, name)).data).toEqual(ramp('uint16'));
  });

  test('what does not shrink was stored as it is', async () => {
    const [packed, plain] = [await readWhole(hdf5, file, 'noise'), await readWhole(hdf5, file, 'noise-plain')];
    expect(packed.data).toEqual(plain.data);
  });

  test.each([
    ['zfp', /compressed with 'H5Z-ZFP.*', which cannot be read. Save it with gzip/],
    ['lzf-sparse', /the dataset \/lzf-sparse is compressed with 'lzf', which cannot be read/],
  ])('refused: %s', async (name, message) => {
    await expect(hdf5.open(file, { array: name })).rejects.toThrow(message);
  });

  test('damaged LZ4 blocks end in an error', () => {
    const chunk = { bytes: 64, size: 2, scratch: undefined };
    expect(isKnownFilter(32004)).toBe(true);
    for (const bytes of [[1, 2], new Array(12).fill(255), [0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 9, 1]])
      expect(() => undoFilter(32004, Uint8Array.from(bytes), chunk)).toThrow(/LZ4 blocks are damaged/);
  });
});

test('an enumeration is truth values, or numbers that have names', async () => {
  expect((await readWhole(hdf5, file, 'truth')).data).toEqual(ramp('uint8', 495, true));
  expect((await readWhole(hdf5, file, 'names')).data).toEqual(ramp('uint8'));
});
