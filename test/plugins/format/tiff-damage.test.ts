import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BiagraphError } from '../../../core/errors.js';
import { detectFormat } from '../../../core/image/format.js';
import { bmp, jpeg, png } from '../../../plugins/format/raster.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { expectedPixels, fixture, images } from '../../fixtures/image/load.js';

const formats = [tiff, png, jpeg, bmp];
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'biagraph-damage-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function put(name: string, content: Uint8Array | string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

/** Reads like a loader does and gives the message of the FormatError. */
async function refusal(file: string): Promise<string> {
  try {
    await (await detectFormat(file, formats)).read(file, {});
  } catch (error) {
    expect(error).toMatchObject({ _tag: 'format', where: { file } });
    return (error as Error).message;
  }
  throw new Error(`${file} was read`);
}

type Entry = [tag: number, type: 3 | 4, value: number];

/** A little-endian TIFF with one directory of single values at byte 8, pixels following. */
function handMade(entries: Entry[], pixels: Uint8Array = new Uint8Array(0), next = 0): Buffer {
  const head = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  head.write('II');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, value], i) => {
    head.writeUInt16LE(tag, 10 + i * 12);
    head.writeUInt16LE(type, 12 + i * 12);
    head.writeUInt32LE(1, 14 + i * 12);
    head.writeUInt32LE(value, 18 + i * 12);
  });
  head.writeUInt32LE(next, head.length - 4);
  return Buffer.concat([head, pixels]);
}

const entries = (changes: Record<number, number>, count = 9): Entry[] => {
  const tags: Record<number, number> = {
    256: 4,
    257: 3,
    258: 8,
    259: 1,
    262: 1,
    273: 10 + count * 12 + 4,
    277: 1,
    278: 3,
    279: 12,
  };
  return Object.entries({ ...tags, ...changes }).map(([tag, value]) => [Number(tag), 4, value]);
};

test('the hand-made file is sound before it is damaged', async () => {
  const file = await put(
    'sound.tif',
    handMade(
      entries({}),
      Uint8Array.from({ length: 12 }, (_, i) => i),
    ),
  );
  const raw = await tiff.read(file, {});
  expect(raw.shape).toEqual([3, 4]);
  expect(Array.from(raw.data)).toEqual(Array.from({ length: 12 }, (_, i) => i));
});

const tiles = (width: number, height: number): Entry[] => [
  [322, 4, width],
  [323, 4, height],
  [324, 4, 8],
  [325, 4, 12],
];

const twelve = new Uint8Array(12);
const broken: [string, Uint8Array | string, RegExp][] = [
  ['empty', '', /empty/],
  ['text', 'not an image at all\n', /expected a TIFF.*text/],
  ['PNG with the wrong ending', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /PNG|header/],
  ['HDF5 with the wrong ending', Buffer.from('\x89HDF\r\n\x1a\n\0\0\0\0\0\0', 'latin1'), /an HDF5 file/],
  ['header alone', Buffer.from('II*\0'), /truncated|header/],
  ['no pages', Buffer.from('II*\0\0\0\0\0'), /no pages/],
  ['directory beyond the end', Buffer.from('II*\0\xff\xff\0\0', 'latin1'), /truncated/],
  ['pages in a circle', handMade(entries({}), twelve, 8), /circle/],
  ['no width', handMade(entries({ 256: 0 }), twelve), /0×3/],
  [
    'huge size',
    handMade(entries({ 256: 0x7fffffff, 257: 0x7fffffff, 278: 0x7fffffff }), twelve),
    /declares|truncated|blocks/,
  ],
  [
    'huge size under deflate',
    handMade(entries({ 256: 100000, 257: 100000, 278: 100000, 259: 8 }), twelve),
    /more than a file of \d+ bytes can hold/,
  ],
  [
    'huge size under zstd',
    handMade(entries({ 256: 100000, 257: 100000, 278: 100000, 259: 50000 }), twelve),
    /more than a file of \d+ bytes can hold/,
  ],
  ['too few strips', handMade(entries({ 278: 1 }), twelve), /3 blocks/],
  ['strips beyond the end', handMade(entries({ 279: 4000 }), twelve), /bytes \d+ to \d+/],
  ['strip too short', handMade(entries({ 279: 5 }), twelve), /5 of 12 bytes/],
  [
    'huge tiles under LZW',
    handMade(
      [...entries({ 259: 5 }, 11).filter(([tag]) => ![273, 278, 279].includes(tag)), ...tiles(0x10000000, 0x10000000)],
      twelve,
    ),
    /blocks of 268435456×268435456/,
  ],
  [
    'no strips',
    handMade(
      entries({}).filter(([tag]) => tag !== 273),
      twelve,
    ),
    /where its pixels are/,
  ],
  ['48-bit samples', handMade(entries({ 258: 48 }), twelve), /48-bit/],
  ['complex samples', handMade([...entries({ 258: 64 }, 10), [339, 4, 6]], twelve), /complex/],
  ['CCITT', handMade(entries({ 259: 4 }), twelve), /CCITT fax 4/],
  ['JPEG 2000', handMade(entries({ 259: 34712 }), twelve), /JPEG 2000/],
  ['unknown compression', handMade(entries({ 259: 999 }), twelve), /number 999/],
  ['deflate of noise', handMade(entries({ 259: 8 }), twelve), /cannot be decoded/],
  ['LZW of noise', handMade(entries({ 259: 5 }), twelve.fill(0xfe)), /cannot be decoded/],
  ['PackBits cut off', handMade(entries({ 259: 32773 }), new Uint8Array(12).fill(0x80)), /0 of 12 bytes/],
  ['zstd of noise', handMade(entries({ 259: 50000 }), new Uint8Array(12)), /zstd data are damaged/],
  ['JPEG of noise', handMade(entries({ 259: 7 }), new Uint8Array(12)), /cannot be decoded/],
  ['no tags of an image', handMade([[40000, 4, 1]]), /none of the tags/],
];

test.each(broken)('%s', async (name, content, message) => {
  expect(await refusal(await put(`${name}.tif`, content))).toMatch(message);
});

test('a deflate bomb is stopped at the size that the header promises', async () => {
  const bomb = deflateSync(new Uint8Array(300 * 1024 * 1024));
  const file = await put('bomb.tif', handMade(entries({ 259: 8, 279: bomb.length }), bomb));
  const before = process.memoryUsage().arrayBuffers;
  expect(await refusal(file)).toMatch(/cannot be decoded/);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
});

test('a zstd frame that claims another size is refused before it is decoded', async () => {
  const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0);
  const file = await put('claim.tif', handMade(entries({ 259: 50000 }), frame));
  expect(await refusal(file)).toMatch(/claim 2147483647 bytes/);
});

test('damaged zstd data leave the decoder sound', async () => {
  const name = 'tiff/zstd-libtiff.tif';
  const whole = await readFile(fixture(name));
  for (let at = 300; at < 4000; at += 97) {
    const damaged = Buffer.from(whole);
    damaged.fill(at & 255, at, at + 3);
    await readsOrRefuses(await put('zstd.tif', damaged));
  }
  expect((await tiff.read(fixture(name), {})).data).toEqual(expectedPixels(images[name]));
});

test('bits without a stated depth are read, in either order', async () => {
  const bits = Uint8Array.of(0b10100000, 0b01010000, 0b11110000);
  const oneBit = (changes: Record<number, number>) => entries({ 279: 3, ...changes }, 9).filter(([tag]) => tag !== 258);
  const at = 10 + 8 * 12 + 4;
  const plain = await tiff.read(await put('bits.tif', handMade(oneBit({ 273: at }), bits)), {});
  expect(Array.from(plain.data)).toEqual([1, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1, 1]);
  const turned = Uint8Array.of(0b00000101, 0b00001010, 0b00001111);
  const back = await tiff.read(await put('fill.tif', handMade(oneBit({ 273: at + 12, 266: 2 }), turned)), {});
  expect(back.data).toEqual(plain.data);
});

test('folders and missing files are named', async () => {
  const dir = join(folder, 'folder.tif');
  await mkdir(dir);
  expect(await refusal(dir)).toMatch(/folder/);
  await expect(tiff.read(dir, {})).rejects.toMatchObject({ _tag: 'format' });
  expect(await refusal(join(folder, 'missing.tif'))).toMatch(/cannot be opened/);
});

const samples = [
  'tiff/imagej-tzcyx-zlib.tif',
  'tiff/tiled.tif',
  'tiff/lzw-uint16.tif',
  'tiff/zstd-uint16.tif',
  'tiff/zstd-libtiff.tif',
  'tiff/jpeg-tiled.tif',
  'tiff/ome-tczyx.ome.tif',
  'tiff/bigtiff-zlib-big-endian.tif',
  'tiff/imagej-truncated.tif',
  'tiff/predictor3-float32.tif',
  'raster/rgb8.png',
  'raster/palette.png',
  'raster/rgb.jpg',
  'raster/palette.bmp',
];

test.each(samples)('%s cut anywhere is refused or read, never worse', async (name) => {
  const whole = await readFile(fixture(name));
  for (let i = 0; i < 24; i++) {
    const file = await put(`cut-${i}${name.slice(-4)}`, whole.subarray(0, Math.floor((i / 24) * whole.length)));
    await readsOrRefuses(file);
  }
});

test.each(samples)('%s with random bytes changed is refused or read, never worse', async (name) => {
  const whole = await readFile(fixture(name));
  const places = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(places, async (changes) => {
      const damaged = Buffer.from(whole);
      for (const [at, value] of changes) damaged[at % Math.min(whole.length, 1500)] = value;
      await readsOrRefuses(await put(`changed${name.slice(-4)}`, damaged));
    }),
    { numRuns: 60 },
  );
});

async function readsOrRefuses(file: string): Promise<void> {
  try {
    const raw = await (await detectFormat(file, formats)).read(file, {});
    expect(raw.data.length).toBe(raw.shape.reduce((product, side) => product * side, 1));
  } catch (error) {
    expect(error).toBeInstanceOf(BiagraphError);
    expect(error).toMatchObject({ _tag: 'format', where: { file } });
  }
}

test('the damaged samples are sound when whole', () => {
  for (const name of samples) expect(images[name]).toBeDefined();
});
