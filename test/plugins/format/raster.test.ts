import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readImage } from '../../../core/image/format.js';
import { image } from '../../../core/image/image.js';
import { bmp, jpeg, png } from '../../../plugins/format/raster.js';
import { expectedPixels, fixture, images } from '../../fixtures/image/load.js';

const formats = [png, jpeg, bmp];
const files = Object.entries(images).filter(([name]) => name.startsWith('raster/'));
const formatOf = (name: string) => formats.find(({ extensions }) => extensions.some((end) => name.endsWith(end)))!;

describe('reading', () => {
  test.each(files)('%s has the pixels, shape and type that Pillow gives', async (name, expected) => {
    const raw = await formatOf(name).read(fixture(name), {});
    const { shape, dtype, axes } = expected;
    expect({ shape: raw.shape, dtype: raw.dtype, axes: raw.axes }).toEqual({ shape, dtype, axes });
    expect(raw.data).toEqual(expectedPixels(expected));
  });

  test.each(files)('%s is probed without reading pixels', async (name, { shape, dtype, axes }) => {
    expect(await formatOf(name).probe(fixture(name))).toEqual({ shape, dtype, axes });
  });

  test('all fixtures are there', () => expect(files.length).toBe(15));

  test('a picture with transparent pixels is refused with the place', async () => {
    const read = png.read(fixture('raster/transparent.png'), {});
    await expect(read).rejects.toMatchObject({ _tag: 'format', message: expect.stringMatching(/y=3, x=4.*alpha/) });
  });

  test('a picture is no volume', async () => {
    const read = readImage(fixture('raster/grey8.png'), formats, { ndim: '3D' });
    await expect(read).rejects.toMatchObject({ _tag: 'data', message: expect.stringContaining('z axis') });
  });
});

describe('writing PNG', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'biagraph-png-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const ramp = (length: number, step: number) => Array.from({ length }, (_, i) => (i * step) % 65536);
  test.each([
    ['grey of 8 bits', image(Uint8Array.from(ramp(35, 7)), [5, 7, 1])],
    ['grey of 16 bits', image(Uint16Array.from(ramp(35, 1777)), [5, 7, 1])],
    ['RGB of 8 bits', image(Uint8Array.from(ramp(105, 3)), [5, 7, 3])],
    ['RGB of 16 bits', image(Uint16Array.from(ramp(105, 601)), [5, 7, 3])],
  ])('%s comes back as written', async (name, picture) => {
    const file = join(folder, `${name}.png`);
    await png.write!(file, picture, {});
    const back = await readImage(file, formats, { ndim: '2D' });
    expect(back.data).toEqual(picture.data);
    expect(back.shape).toEqual(picture.shape);
  });

  test('refuses what PNG cannot hold, and leaves nothing behind', async () => {
    const before = await readdir(folder);
    const float = image(new Float32Array(4), [2, 2, 1]);
    await expect(png.write!(join(folder, 'float.png'), float, {})).rejects.toMatchObject({ _tag: 'output' });
    expect(await readdir(folder)).toEqual(before);
  });
});
