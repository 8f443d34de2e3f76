import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ImageFiles } from '../../../core/image/files.js';
import { readImage } from '../../../core/image/format.js';
import { allocateShared, image, type MakePixels, sizeOf } from '../../../core/image/image.js';
import { FileBytes } from '../../../plugins/format/file-bytes.js';
import { npy } from '../../../plugins/format/npy.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { readDirectories, TAG } from '../../../plugins/format/tiff-directory.js';
import { workerFormats } from '../../../plugins/format/worker.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { expectedPixels, fixture, images } from '../../fixtures/image/load.js';

const { formats } = builtInPlugin;
const url = new URL('../../../plugins/format/worker-from-source.mjs', import.meta.url);
const files = new ImageFiles({ formats, workers: 1, worker: { url, formats: workerFormats } });
/** Every image is filled by all threads together. */
const together = new ImageFiles({
  formats,
  workers: 2,
  worker: { url, formats: workerFormats },
  leastTogether: 0,
});
/** Memory as if it was used before. */
const made: MakePixels = (dtype, length) => {
  const pixels = allocateShared(dtype, length);
  new Uint8Array(pixels.buffer).fill(255);
  return pixels;
};
afterAll(() => Promise.all([files.close(), together.close()]));

test.each(['tiff/rgb.tif', 'tiff/zlib-uint16.tif', 'raster/rgb8.png'])(
  '%s is decoded in a worker thread',
  async (name) => {
    const picture = await files.read(fixture(name), '2D');
    expect(picture.data).toEqual(expectedPixels(images[name]));
    expect(picture.dtype).toBe(images[name].dtype);
  },
);

test('errors come back with their kind, file and message', async () => {
  const file = fixture('tiff/lzma.tif');
  await expect(files.read(file, '2D')).rejects.toMatchObject({
    _tag: 'format',
    where: { file },
    message: expect.stringContaining('LZMA'),
  });
});

test('the worker knows every format', () => {
  expect(workerFormats).toEqual(formats.map(({ id }) => id));
});

const readable = Object.entries(images).filter(([name]) => name.startsWith('tiff/'));

test('every pixel is written when threads fill images together', async () => {
  let shared = 0;
  for (const [name, expected] of readable) {
    const found = await tiff.open!(fixture(name), undefined, async (opened) => {
      const data = made(opened.dtype, sizeOf(opened.shape));
      await opened.fill(data);
      return { data, shape: opened.shape, axes: opened.axes ?? null, dtype: opened.dtype };
    });
    expect(found, name).toMatchObject({ shape: expected.shape, axes: expected.axes, dtype: expected.dtype });
    expect(found!.data, name).toEqual(expectedPixels(expected));
    const inPlane = expected.axes?.endsWith('S') ? 3 : 2;
    const ndim = expected.shape.length === inPlane ? '2D' : '3D';
    const whole = await together.read(fixture(name), ndim, undefined, {}, made).catch(String);
    const alone = await readImage(fixture(name), formats, { ndim }).catch(String);
    expect(whole, name).toEqual(alone);
    if (typeof whole !== 'string' && whole.data.buffer instanceof SharedArrayBuffer) shared++;
  }
  expect(shared).toBeGreaterThan(20);
});

test('a large array is read to its place, in whatever order its bytes are', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'worker-'));
  const picture = image(
    Float32Array.from({ length: 600 * 500 }, (_, i) => Math.sin(i)),
    [600, 500, 1],
  );
  const file = path.join(folder, 'large.npy');
  await npy.write!(file, picture, {});
  const bytes = await readFile(file);
  bytes.subarray(bytes.length - 4 * 600 * 500).swap32();
  const turned = path.join(folder, 'turned.npy');
  await writeFile(turned, Buffer.from(bytes.toString('latin1').replace('<f4', '>f4'), 'latin1'));
  for (const name of [file, turned]) {
    const read = await files.read(name, '2D', undefined, {}, made);
    expect(read.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(read.data).toEqual(picture.data);
  }
  await rm(folder, { recursive: true });
});

test('errors of threads that fill an image name its file', async () => {
  const file = fixture('tiff/zlib-uint16.tif');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'worker-'));
  const broken = path.join(folder, 'broken.tif');
  const bytes = await readFile(file);
  const { pages } = await FileBytes.use(file, undefined, readDirectories);
  const [offset] = pages[0].get(TAG.stripOffsets) as number[];
  bytes.fill(0xff, offset, offset + 20);
  await writeFile(broken, bytes);
  await expect(together.read(broken, '2D', undefined, {}, made)).rejects.toMatchObject({
    _tag: 'format',
    where: { file: broken },
    message: expect.stringContaining('cannot be decoded'),
  });
  await rm(folder, { recursive: true });
});
