import { afterAll, expect, test } from 'vitest';
import { ImageFiles } from '../../../core/image/files.js';
import { workerFormats } from '../../../plugins/format/worker.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { expectedPixels, fixture, images } from '../../fixtures/image/load.js';

const { formats } = builtInPlugin;
const url = new URL('../../../plugins/format/worker-from-source.mjs', import.meta.url);
const files = new ImageFiles({ formats, workers: 1, worker: { url, formats: workerFormats } });
afterAll(() => files.close());

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
