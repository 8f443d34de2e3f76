import { describe, expect, test } from 'vitest';
import { layoutOfVersion2, layoutOfVersion3, shardLayout } from '../../../plugins/format/zarr-layout.js';

const bytes = { name: 'bytes', configuration: { endian: 'little' } };
const transpose = (order: unknown) => ({ name: 'transpose', configuration: { order } });
const shards = (more: object = {}) => ({
  name: 'sharding_indexed',
  configuration: { chunk_shape: [2, 3, 4], codecs: [bytes], index_codecs: [bytes, { name: 'crc32c' }], ...more },
});

describe('a chunk', () => {
  test('of version 2', () => {
    const json = { dtype: '<u2', chunks: [2, 3, 4], order: 'C', compressor: { id: 'zlib', level: 5 }, filters: null };
    expect(layoutOfVersion2(json)).toEqual({
      ...{ order: [0, 1, 2], bigEndian: false },
      codecs: [{ name: 'zlib', configuration: { id: 'zlib', level: 5 } }],
    });
    const fortran = { ...json, dtype: '>f4', order: 'F', compressor: null, filters: [] };
    expect(layoutOfVersion2(fortran)).toEqual({ order: [2, 1, 0], bigEndian: true, codecs: [] });
    expect(layoutOfVersion2({ ...json, filters: [{ id: 'delta' }] })).toBeUndefined();
  });

  test('of version 3: transpositions follow each other', () => {
    const order = (...codecs: object[]) => layoutOfVersion3([...codecs, bytes] as never, [0, 1, 2])?.order;
    expect(order()).toEqual([0, 1, 2]);
    expect(order(transpose([1, 2, 0]))).toEqual([1, 2, 0]);
    expect(order(transpose('F'))).toEqual([2, 1, 0]);
    // The second axis of what the first one gives is the third of the array.
    expect(order(transpose([1, 2, 0]), transpose([1, 0, 2]))).toEqual([2, 1, 0]);
    expect(order(transpose([1, 2, 0]), transpose([2, 0, 1]))).toEqual([0, 1, 2]);
  });

  test('of version 3: compressions by their plain names; what changes values is left to others', () => {
    const packed = [bytes, { name: 'numcodecs.zlib', configuration: { level: 1 } }, { name: 'crc32c' }];
    expect(layoutOfVersion3(packed, [0])?.codecs).toEqual([
      { name: 'zlib', configuration: { level: 1 } },
      { name: 'crc32c', configuration: {} },
    ]);
    expect(layoutOfVersion3([{ name: 'numcodecs.delta' }, bytes], [0])).toBeUndefined();
    expect(layoutOfVersion3([bytes, { name: 'numcodecs.shuffle' }], [0])).toBeUndefined();
  });

  test.each([[[0, 0, 1]], [[0, 1]], [[0, 1, 3]], ['G'], [7]])('the transposition %j is told', (order) => {
    expect(() => layoutOfVersion3([transpose(order), bytes], [0, 1, 2])).toThrow(/is none of 3 axes/);
  });
});

describe('shards', () => {
  test('have chunks along the axes of the array', () => {
    expect(shardLayout([bytes], [4, 6, 8], 'a')).toBeUndefined();
    expect(shardLayout([shards()], [4, 6, 8], 'a')).toEqual({
      ...{ chunk: [2, 3, 4], grid: [2, 2, 2], order: [0, 1, 2], codecs: [bytes] },
      index: { atStart: false, bigEndian: false, checked: true },
    });
    const turned = shardLayout([transpose([2, 0, 1]), shards({ index_location: 'start' })], [3, 8, 4], 'a');
    expect(turned).toMatchObject({ chunk: [3, 4, 2], grid: [1, 2, 2], order: [2, 0, 1], index: { atStart: true } });
  });

  test.each<[string, object[], RegExp]>([
    ['packed', [shards(), { name: 'gzip' }], /a: shards within other codecs cannot be read/],
    ['behind a filter', [{ name: 'numcodecs.delta' }, shards()], /shards within other codecs/],
    ['of shards', [shards({ codecs: [shards()] })], /a: shards of shards cannot be read/],
    ['whose index is packed', [shards({ index_codecs: [bytes, { name: 'gzip' }] })], /whose index has other codecs/],
    ['that do not divide', [shards({ chunk_shape: [3, 3, 4] })], /4×6×8 do not divide into chunks of 3×3×4/],
    ['without codecs', [shards({ codecs: [] })], /lacks chunk_shape, codecs or index_codecs/],
    ['with sides of nothing', [shards({ chunk_shape: [0, 3, 4] })], /lacks chunk_shape/],
    ['with an index nowhere', [shards({ index_location: 'middle' })], /lacks chunk_shape/],
  ])('%s are refused', (_, codecs, message) => {
    expect(() => shardLayout(codecs as never, [4, 6, 8], 'a')).toThrow(message);
  });
});
