import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AbortedError, FormatError } from '../../../core/errors.js';
import { ImageFiles } from '../../../core/image/files.js';
import type { ImageFormat } from '../../../core/image/format.js';
import { image } from '../../../core/image/image.js';
import { png } from '../../../plugins/format/raster.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { expectedPixels, fixture, images } from '../../fixtures/image/load.js';

const threads: string[] = [];
/** A format that the worker does not know: the file's bytes, as a row of pixels. */
const bytes: ImageFormat = {
  id: 'bytes',
  extensions: ['.bytes'],
  detects: (head) => head[0] === 0xfe,
  async read(file) {
    threads.push('this one');
    const data = new Uint8Array(await readFile(file));
    return { data, shape: [1, data.length], dtype: 'uint8', axes: 'YX', metadata: {} };
  },
  probe: async () => ({ shape: [1, 3], dtype: 'uint8', axes: 'YX' }),
};
const formats = [bytes, tiff, png];
const worker = {
  url: new URL('../../../plugins/format/worker-from-source.mjs', import.meta.url),
  formats: ['tiff', 'png'],
};

let folder: string;
let own: string;
const pooled = new ImageFiles({ formats, workers: 2, worker });
const plain = new ImageFiles({ formats });

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'files-'));
  own = path.join(folder, 'own.bytes');
  await writeFile(own, Uint8Array.of(0xfe, 1, 2));
});
afterAll(async () => {
  await pooled.close();
  await plain.close();
  await rm(folder, { recursive: true });
});

describe.each([
  ['on the calling thread', plain, 1],
  ['in worker threads', pooled, 2],
])('%s', (_, files, concurrency) => {
  test('reads as many at a time as there are threads', () => expect(files.concurrency).toBe(concurrency));

  test('reads by content', async () => {
    const picture = await files.read(fixture('tiff/uint16.tif'), '2D');
    expect(picture.data).toEqual(expectedPixels(images['tiff/uint16.tif']));
  });

  test('reads formats that a worker does not know', async () => {
    threads.length = 0;
    expect(await files.read(own, '2D')).toMatchObject({ shape: [1, 3, 1], data: Uint8Array.of(0xfe, 1, 2) });
    expect(threads).toEqual(['this one']);
  });

  test('names the file that is no image', async () => {
    const text = path.join(folder, 'notes.tif');
    await writeFile(text, 'not an image');
    await expect(files.read(text, '2D')).rejects.toThrow(FormatError);
    await expect(files.read(text, '2D')).rejects.toThrow(/notes\.tif/);
    await expect(files.probe(text, '2D')).rejects.toThrow(/notes\.tif/);
    await expect(files.read(path.join(folder, 'missing.tif'), '2D')).rejects.toThrow(/missing\.tif/);
  });

  test('stops when told to', async () => {
    const stopped = files.read(fixture('tiff/uint16.tif'), '2D', AbortSignal.abort());
    await expect(stopped).rejects.toThrow(AbortedError);
  });

  test('foretells what reading gives', async () => {
    for (const name of ['tiff/uint16.tif', 'tiff/rgb.tif', 'raster/rgb8.png']) {
      const { shape, dtype } = await files.read(fixture(name), '2D');
      expect(await files.probe(fixture(name), '2D')).toEqual({ shape, dtype });
    }
  });
});

test('several images are decoded at a time, each into its own result', async () => {
  const names = ['tiff/uint16.tif', 'tiff/rgb.tif', 'raster/rgb8.png', 'tiff/tiled.tif', 'tiff/strips.tif'];
  const pictures = await Promise.all(names.map((name) => pooled.read(fixture(name), '2D')));
  expect(pictures.map(({ data }) => data)).toEqual(names.map((name) => expectedPixels(images[name])));
});

test('writes in the first format that has the ending and can write', async () => {
  const picture = image(
    Uint8Array.from({ length: 12 }, (_, i) => 20 * i),
    [3, 4, 1],
  );
  for (const name of ['out.tif', 'out.PNG']) {
    const file = path.join(folder, name);
    await plain.write(file, picture);
    expect(await plain.read(file, '2D')).toMatchObject({ shape: [3, 4, 1], data: picture.data });
  }
  await expect(plain.write(path.join(folder, 'out.bytes'), picture)).rejects.toThrow('no format writes .bytes files');
});
