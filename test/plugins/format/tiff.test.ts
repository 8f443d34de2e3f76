import { describe, expect, test } from 'vitest';
import { isBiagraphError } from '../../../core/errors.js';
import { readImage } from '../../../core/image/format.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { expectedPixels, fixture, images } from '../../fixtures/image/load.js';

const files = Object.entries(images).filter(([name]) => name.startsWith('tiff/'));

describe('reading', () => {
  test.each(files)('%s has the pixels, shape, axes and type that tifffile gives', async (name, expected) => {
    const raw = await tiff.read(fixture(name), {});
    expect({ shape: raw.shape, dtype: raw.dtype, axes: raw.axes ?? null }).toEqual({
      shape: expected.shape,
      dtype: expected.dtype,
      axes: expected.axes,
    });
    expect(raw.data).toEqual(expectedPixels(expected));
  });

  test.each(files)('%s is probed without reading pixels', async (name, expected) => {
    const { shape, dtype, axes } = await tiff.probe(fixture(name));
    expect({ shape, dtype, axes: axes ?? null }).toEqual({
      shape: expected.shape,
      dtype: expected.dtype,
      axes: expected.axes,
    });
  });

  test('all fixtures are there', () => expect(files.length).toBeGreaterThan(50));

  test('keeps the voxel size of ImageJ files', async () => {
    const { metadata } = await tiff.read(fixture('tiff/imagej-z.tif'), {});
    expect(metadata.unit).toBe('micron');
    expect(metadata.spacing).toEqual([2.5, 1 / 5, 1 / 4]);
  });

  test('keeps the voxel size of OME files', async () => {
    const { metadata } = await tiff.read(fixture('tiff/ome-tczyx.ome.tif'), {});
    expect(metadata).toMatchObject({ unit: 'micron', spacing: [2, 0.5, 0.25] });
  });

  test('refuses a compression that it lacks, by name', async () => {
    const error = await tiff.read(fixture('tiff/lzma.tif'), {}).catch((caught: unknown) => caught);
    expect(isBiagraphError(error, 'format')).toBe(true);
    expect(String(error)).toMatch(/lzma\.tif.*LZMA \(34925\).*deflate/s);
  });

  test('stops when asked to', async () => {
    const read = tiff.read(fixture('tiff/pages.tif'), { signal: AbortSignal.abort() });
    await expect(read).rejects.toMatchObject({ _tag: 'aborted' });
  });

  test('a stack becomes a volume with its metadata', async () => {
    const picture = await readImage(fixture('tiff/imagej-z.tif'), [tiff], { ndim: '3D' });
    expect(picture.shape).toEqual([5, 17, 23, 1]);
    expect(picture.metadata).toMatchObject({ fileAxes: 'ZYX', fileShape: [5, 17, 23] });
  });
});
