import { cp, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { n5 } from '../../../plugins/format/n5.js';
import { fixtures, ramp, readWhole, SHAPE, scratch } from './containers.js';

const stack = path.join(fixtures, 'stack.n5');
const folder = await scratch();

describe('written by zarr-python', () => {
  test.each(['raw', 'gzip', 'blosc'])('codec %s', async (codec) => {
    const { data, shape } = await readWhole(n5, stack, `codecs/${codec}`);
    expect(shape).toEqual([...SHAPE, 1]);
    expect(data).toEqual(ramp('uint16'));
  });

  test.each([
    ['u1', 'uint8'],
    ['i1', 'int8'],
    ['u2', 'uint16'],
    ['i2', 'int16'],
    ['u4', 'uint32'],
    ['i4', 'int32'],
    ['u8', 'uint32'],
    ['i8', 'int32'],
    ['f4', 'float32'],
    ['f8', 'float64'],
  ] as const)('dtype %s', async (stored, dtype) => {
    expect((await readWhole(n5, stack, `dtypes.${stored}`)).data).toEqual(ramp(dtype));
  });
});

/** A dataset of one block of 2×2×4 bytes (x first: 4, 2, 2), as the specification says. */
async function oneBlock(name: string, compression: object, body: Uint8Array, sides = [4, 2, 2]): Promise<string> {
  const container = path.join(folder, `${name}.n5`);
  await mkdir(path.join(container, '0/0'), { recursive: true });
  const attributes = { dimensions: [4, 2, 2], blockSize: [4, 2, 2], dataType: 'uint8', compression };
  await writeFile(path.join(container, 'attributes.json'), JSON.stringify({ ...attributes, resolution: [1, 2, 3] }));
  const header = Buffer.alloc(16);
  header.writeUInt16BE(3, 2);
  for (const [i, side] of sides.entries()) header.writeUInt32BE(side, 4 + 4 * i);
  await writeFile(path.join(container, '0/0/0'), Buffer.concat([header, body]));
  return container;
}

test('LZ4 in the frames of Java, stored and packed', async () => {
  const values = Uint8Array.from({ length: 16 }, (_, i) => i);
  const frame = (method: number, packed: Uint8Array, plain: number) => {
    const head = Buffer.alloc(21);
    head.write('LZ4Block', 'latin1');
    head[8] = method;
    head.writeInt32LE(packed.length, 9);
    head.writeInt32LE(plain, 13);
    return Buffer.concat([head, packed]);
  };
  const end = frame(0x10, new Uint8Array(), 0);
  const stored = await oneBlock('lz4-stored', { type: 'lz4' }, Buffer.concat([frame(0x10, values, 16), end]));
  expect((await readWhole(n5, stored)).data).toEqual(values);
  // Sixteen literals: a token with their number (15, and 1 more), then the bytes.
  const packed = frame(0x20, Uint8Array.of(0xf0, 1, ...values), 16);
  const container = await oneBlock('lz4', { type: 'lz4' }, Buffer.concat([packed, end]));
  const { data, metadata } = await readWhole(n5, container);
  expect(data).toEqual(values);
  expect(metadata.spacing).toEqual([3, 2, 1]);
});

describe('damaged', () => {
  test.each([
    [{ type: 'xz' }, /compressed with 'xz' cannot be read. Save them with one of raw, gzip/],
    [{ type: 'bzip2' }, /compressed with 'bzip2' cannot be read/],
  ])('%j', async (compression, message) => {
    await expect(n5.open(await oneBlock('unknown', compression, new Uint8Array(16)), {})).rejects.toThrow(message);
  });

  test('a block that claims to be larger than blocks are', async () => {
    const container = await oneBlock('large', { type: 'raw' }, new Uint8Array(16), [4, 2, 2 ** 31]);
    await expect(readWhole(n5, container)).rejects.toThrow(/block 0\/0\/0 .*it claims to be 2147483648×2×4/);
  });

  test('a block that is cut short', async () => {
    const container = path.join(folder, 'cut.n5');
    for (const codec of ['raw', 'gzip', 'blosc']) {
      await cp(path.join(stack, 'codecs', codec), container, { recursive: true });
      for (const bytes of [40, 10, 2]) {
        await truncate(path.join(container, '0/0/0'), bytes);
        await expect(readWhole(n5, container)).rejects.toThrow(/cut\.n5: block 0\/0\/0 cannot be read/);
      }
    }
  });

  test('metadata', async () => {
    const container = await oneBlock('metadata', { type: 'raw' }, new Uint8Array(16));
    const file = path.join(container, 'attributes.json');
    const good = JSON.parse(await readFile(file, 'utf8'));
    for (const [change, message] of [
      [{ dataType: 'object' }, /values of type 'object'/],
      [{ dimensions: [4, -2, 2] }, /wrong at 'dimensions/],
      [{ blockSize: [4, 2] }, /has 3 axes, but its blocks have 2/],
      [{ blockSize: [40000, 40000, 2] }, /more than the 1073741824 that can be read/],
    ] as const) {
      await writeFile(file, JSON.stringify({ ...good, ...change }));
      await expect(n5.open(container, {})).rejects.toThrow(message);
    }
    await writeFile(file, 'no json');
    await expect(n5.open(container, {})).rejects.toThrow(/attributes\.json: expected JSON/);
  });
});
