import { readdirSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DType } from '../../../core/image/image.js';
import { crc32c } from '../../../core/job/crc32c.js';
import { zarr } from '../../../plugins/format/zarr.js';
import { fixtures, ramp, readWhole, SHAPE, scratch } from './containers.js';
import { makeShardedArray } from './sharded-array.js';

const v2 = path.join(fixtures, 'v2.zarr');
const folder = await scratch();

describe('version 2, written by zarr-python', () => {
  test.each(['none', 'blosc-lz4', 'blosc-zstd-bit', 'zstd', 'lz4', 'gzip', 'zlib', 'delta', 'fortran', 'nested'])(
    'codec %s',
    async (codec) => {
      const { data, shape } = await readWhole(zarr, v2, `codecs/${codec}`);
      expect(shape).toEqual([...SHAPE, 1]);
      expect(data).toEqual(ramp('uint16'));
    },
  );

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
    const { data } = await readWhole(zarr, v2, `dtypes.${stored}`);
    expect(data).toEqual(ramp(dtype, 495, stored === 'byte-b1'));
  });

  test('chunks that are not stored hold the fill value', async () => {
    const { data } = await readWhole(zarr, v2, 'sparse');
    const whole = ramp('float32');
    const expected = whole.map((value, i) => {
      const [z, y, x] = [Math.floor(i / 99), Math.floor(i / 11) % 9, i % 11];
      return z < 3 && y < 5 && x < 8 ? value : 0.5;
    });
    expect(data).toEqual(expected);
  });

  test('without a path the first array in sorted order is taken', async () => {
    const array = await zarr.open(v2, {});
    expect(array.file).toBe(path.join(v2, 'codecs/blosc-lz4'));
  });
});

describe('version 3, written by zarr-python', () => {
  const v3 = path.join(fixtures, 'v3.zarr');
  const names = (group: string) => readdirSync(path.join(v3, group)).filter((name) => name !== 'zarr.json');
  const read: Partial<Record<string, DType>> = { bool: 'uint8', int64: 'int32', uint64: 'uint32', float16: 'float32' };

  test.each(['dtypes', 'big-endian'].flatMap((group) => names(group).map((type) => [group, type])))(
    '%s %s',
    async (group, type) => {
      const { data } = await readWhole(zarr, v3, `${group}/${type}`);
      expect(data).toEqual(ramp(read[type] ?? (type as DType), 495, type === 'bool'));
    },
  );

  test.each(['codecs', 'axes', 'keys', 'shards'].flatMap((group) => names(group).map((name) => `${group}/${name}`)))(
    '%s',
    async (name) => {
      if (name === 'shards/missing') return;
      const { data, shape } = await readWhole(zarr, v3, name);
      expect(shape).toEqual([...SHAPE, 1]);
      expect(data).toEqual(ramp('uint16'));
    },
  );

  test.each([
    ['shards/missing', 'float32', 0.5],
    ['missing/float32', 'float32', 0.5],
    ['missing/bool', 'uint8', 1],
  ] as const)('%s holds the fill value where nothing is stored', async (name, dtype, fill) => {
    const { data } = await readWhole(zarr, v3, name);
    const expected = ramp(dtype, 495, dtype === 'uint8').map((value, i) => {
      const [z, y, x] = [Math.floor(i / 99), Math.floor(i / 11) % 9, i % 11];
      return z < 2 && y < 6 && x < 8 ? value : fill;
    });
    expect(data).toEqual(expected);
  });

  test.each([
    ['bz2', /bz2\/zarr\.json: the codec 'numcodecs\.bz2' cannot be read.*Supported: .*blosc/],
    ['shard-of-shards', /shard-of-shards\/zarr\.json: shards of shards cannot be read/],
    ['packed-shards', /packed-shards\/zarr\.json: shards within other codecs cannot be read/],
  ])('refused: %s', async (name, message) => {
    await expect(zarr.open(v3, { array: `refused/${name}` })).rejects.toThrow(message);
  });

  test('what is read of shards is what is stored of the chunks', async () => {
    const array = await zarr.open(v3, { array: 'shards/index-at-start' });
    expect(array.chunk).toEqual([2, 3, 4]);
    expect(await array.readChunk([1, 1, 1])).toMatchObject({ strides: [12, 4, 1] });
    await expect(array.readChunk([9, 9, 9])).resolves.toBeUndefined();
  });
});

function shardedArray(name: string): string {
  const container = path.join(folder, name);
  makeShardedArray(container);
  return container;
}

describe('version 3, sharded', () => {
  test('inner chunks are read one by one', async () => {
    const container = shardedArray('sharded.zarr');
    const array = await zarr.open(container, {});
    expect(array.chunk).toEqual([2, 3, 4]);
    expect(array.axes).toBe('ZYX');
    const { data, metadata } = await readWhole(zarr, container);
    const expected = Uint16Array.from({ length: 192 }, (_, i) => {
      const [z, y, x] = [Math.floor(i / 48), Math.floor(i / 8) % 6, i % 8];
      return z >= 2 && y >= 3 && x >= 4 ? 9 : i;
    });
    expect(data).toEqual(expected);
    expect(metadata).toMatchObject({ spacing: [2, 0.5, 0.5], unit: 'micron', fileAxes: 'ZYX' });
  });

  test('a shard that is cut short, or whose bytes changed, is told', async () => {
    const container = shardedArray('broken-shard.zarr');
    const shard = path.join(container, 'c/0/0/0');
    const bytes = await readFile(shard);
    bytes[3] ^= 1;
    await writeFile(shard, bytes);
    await expect(readWhole(zarr, container)).rejects.toThrow(/broken-shard\.zarr: chunk .* checksum is wrong/);
    await truncate(shard, 20);
    await expect(readWhole(zarr, container)).rejects.toThrow(/its shard has 20 bytes, but 68 are asked for/);
  });

  test('an index that lies is told', async () => {
    const container = await shardedArray('lying-shard.zarr');
    const shard = path.join(container, 'c/0/0/0');
    const bytes = await readFile(shard);
    const index = bytes.subarray(bytes.length - 68);
    index.writeBigUInt64LE(2n ** 40n, 8);
    await writeFile(shard, bytes);
    await expect(readWhole(zarr, container)).rejects.toThrow(
      /chunk 0\.0\.0 of shard c\/0\/0\/0 cannot be read \(the checksum of the index of its shard is wrong/,
    );
    index.writeUInt32LE(crc32c(index.subarray(0, 64)), 64);
    await writeFile(shard, bytes);
    await expect(readWhole(zarr, container)).rejects.toThrow(/says that it has 1099511627776 bytes, more than/);
  });
});

describe('damaged containers', () => {
  let container: string;
  const chunk = () => path.join(container, '0.0.0');
  const change = async (what: Record<string, unknown>) => {
    const file = path.join(container, '.zarray');
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...what }));
  };
  const use = async (codec: string) => {
    await rm(container, { recursive: true, force: true });
    await cp(path.join(v2, 'codecs', codec), container, { recursive: true });
  };
  beforeEach(async () => {
    container = path.join(folder, 'damaged.zarr');
    await use('zlib');
  });

  test.each(['zlib', 'gzip', 'zstd', 'blosc-lz4', 'blosc-zstd-bit', 'lz4', 'none'])(
    'a truncated chunk (%s)',
    async (codec) => {
      await use(codec);
      await truncate(chunk(), 30);
      await expect(readWhole(zarr, container)).rejects.toThrow(
        /damaged\.zarr: chunk 0\.0\.0 cannot be read \(.+\)\. Copy it/,
      );
      await truncate(chunk(), 0);
      await expect(readWhole(zarr, container)).rejects.toThrow(/its file has 0 bytes for 240/);
    },
  );

  test.each([
    ['blosc-lz4', 4],
    ['lz4', 0],
  ] as const)('a chunk whose header (%s) claims a gigabyte', async (codec, at) => {
    await use(codec);
    const bytes = await readFile(chunk());
    bytes.writeUInt32LE(2 ** 30, at);
    await writeFile(chunk(), bytes);
    const before = process.memoryUsage().arrayBuffers;
    await expect(readWhole(zarr, container)).rejects.toThrow(/header claims 1073741824 bytes, more than the/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
  });

  test('a chunk that unpacks to more than a chunk', async () => {
    const { gzipSync } = await import('node:zlib');
    await use('gzip');
    await writeFile(chunk(), gzipSync(Buffer.alloc(10 ** 6)));
    await expect(readWhole(zarr, container)).rejects.toThrow(/it unpacks to more than the \d+ bytes of a chunk/);
  });

  test('a Zstandard frame that does not tell its size is read where it is that of the chunk', async () => {
    await use('zstd');
    // RFC 8878, 3.1.1: one run of a byte.
    const frame = (bytes: number) => {
      const header = 3 | (bytes << 3);
      return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, header & 255, (header >> 8) & 255, header >> 16, 7);
    };
    await writeFile(chunk(), frame(240));
    const { data } = await readWhole(zarr, container);
    expect(data[0]).toBe(0x0707);
    for (const other of [239, 2 ** 17]) {
      await writeFile(chunk(), frame(other));
      await expect(readWhole(zarr, container)).rejects.toThrow(/chunk 0\.0\.0 cannot be read/);
    }
  });

  test('wrong settings of a codec', async () => {
    await use('blosc-lz4');
    await change({ compressor: { id: 'blosc', cname: 'lz4', clevel: 5, shuffle: 9 } });
    await expect(readWhole(zarr, container)).rejects.toThrow(
      /\.zarray: the settings of its codecs are wrong \(.+shuffle 9/,
    );
  });

  test.each([
    ['{ "shape": [1, 2', /\.zarray: expected JSON, but/],
    ['[]', /expected a JSON object/],
    ['{}', /metadata of a Zarr array are wrong/],
  ])('metadata %s', async (text, message) => {
    await writeFile(path.join(container, '.zarray'), text);
    await expect(zarr.open(container, {})).rejects.toThrow(message);
  });

  test.each([
    [{ shape: [5, 9] }, /has 2 axes, but its chunks have 3/],
    [{ shape: [5, -9, 11] }, /wrong at 'shape\.1'/],
    [{ shape: [5, 0, 11] }, /the array is empty \(5×0×11\)/],
    [{ shape: [1e12, 1e12, 11] }, /is none of an image/],
    [{ chunks: [4096, 4096, 4096] }, /takes 137438953472 bytes, more than/],
    [{ chunks: [0, 5, 8] }, /wrong at 'chunks\.0'/],
    [{ dtype: '<c16' }, /values of type '<c16' cannot be read/],
    [{ dtype: '|O' }, /values of type '\|O'/],
    [{ filters: [{ id: 'delta', dtype: '<u2', astype: '|u1' }] }, /the filter 'delta' from \|u1 to <u2 cannot be read/],
    [{ compressor: { id: 'lzma' } }, /the codec 'lzma' cannot be read.*Supported: .*blosc/],
    [{ fill_value: 'AAAA' }, /the fill value "AAAA" is none of type uint16/],
    [{ zarr_format: 1 }, /wrong at 'zarr_format'/],
  ])('metadata changed to %j', async (what, message) => {
    await change(what);
    await expect(zarr.open(container, {})).rejects.toThrow(message);
  });

  test('chunks that are smaller than the metadata say', async () => {
    await change({ chunks: [5, 9, 11] });
    await expect(readWhole(zarr, container)).rejects.toThrow(/chunk 0\.0\.0 .*it holds 240 bytes, expected 990/);
    await change({ chunks: [600, 600, 600] });
    await expect(readWhole(zarr, container)).rejects.toThrow(/its file has \d+ bytes for 432000000/);
  });

  test('no array at all, another path, and a way out of the container', async () => {
    await rm(path.join(container, '.zarray'));
    await expect(zarr.open(container, {})).rejects.toThrow(/there is no Zarr array or group/);
    await expect(zarr.open(v2, { array: 'codecs/none/more' })).rejects.toThrow(/no Zarr array or group/);
    await expect(zarr.open(v2, { array: '../v2.zarr' })).rejects.toThrow(/is no path inside a container/);
  });

  test('links that lead back end', async () => {
    await rm(container, { recursive: true });
    await mkdir(container);
    await writeFile(path.join(container, '.zgroup'), '{"zarr_format": 2}');
    await symlink(container, path.join(container, 'again'));
    await expect(zarr.open(container, {})).rejects.toThrow(/holds no array/);
  });

  test('a 64-bit value beyond 32 bits', async () => {
    await rm(container, { recursive: true });
    await cp(path.join(v2, 'dtypes/little-u8'), container, { recursive: true });
    await change({ compressor: null });
    const values = new BigUint64Array(120);
    values[7] = 2n ** 40n;
    for (const name of await readdir(container))
      if (/^\d/.test(name)) await writeFile(path.join(container, name), values);
    await expect(readWhole(zarr, container)).rejects.toThrow(/the 64-bit value 1099511627776 does not fit in 32 bits/);
  });
});
