import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readImage } from '../../../core/image/format.js';
import { allocate, type DType, type ImageMetadata, image, sizeOf } from '../../../core/image/image.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { type TiffWriteOptions, writeTiff } from '../../../plugins/format/tiff-writer.js';
import { fixture } from '../../fixtures/image/load.js';

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'biagraph-tiff-'));
});
afterAll(() => rm(folder, { recursive: true }));
const fresh = () => join(folder, `image-${count++}.tif`);

function ramp(shape: number[], dtype: DType, metadata?: ImageMetadata) {
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = ((i * 7919) % 1009) / (dtype.startsWith('float') ? 8 : 1);
  return image(data, shape, metadata);
}

const side = fc.integer({ min: 1, max: 9 });
const shapes = fc.oneof(
  fc.tuple(side, side, fc.constant(1)),
  fc.tuple(side, side, side),
  fc.tuple(side, side, side, side),
);

test('every image comes back as written', async () => {
  const options: fc.Arbitrary<TiffWriteOptions> = fc.record({
    compression: fc.constantFrom('none', 'deflate'),
    bigTiff: fc.boolean(),
    kind: fc.constantFrom('image', 'exact'),
  });
  const every: DType[] = ['uint8', 'uint16', 'float32', 'int8', 'int16', 'int32', 'uint32', 'float64'];
  const dtypes = fc.constantFrom<DType>(...every);
  await fc.assert(
    fc.asyncProperty(shapes, dtypes, options, async (shape, dtype, option) => {
      const picture = ramp(shape, dtype);
      const file = fresh();
      await writeTiff(file, picture, every.indexOf(dtype) < 3 ? option : { ...option, kind: 'exact' });
      const raw = await tiff.read(file, {});
      expect(raw.dtype).toBe(dtype);
      const back = await readImage(file, [tiff], { ndim: shape.length === 4 ? '3D' : '2D' }).catch(() => undefined);
      // One plane alone does not say that it was a volume.
      if (shape.length === 4 && shape[0] === 1) return;
      expect(back?.shape).toEqual(shape);
      expect(back?.data).toEqual(picture.data);
    }),
    { numRuns: 150 },
  );
});

test.each<[DType, DType]>([
  ['int16', 'float32'],
  ['int32', 'float32'],
  ['uint32', 'float32'],
  ['float64', 'float32'],
])('%s is written as %s', async (from, to) => {
  const file = fresh();
  await writeTiff(file, ramp([4, 5, 1], from));
  const raw = await tiff.read(file, {});
  expect(raw.dtype).toBe(to);
  expect(Array.from(raw.data)).toEqual(Array.from(ramp([4, 5, 1], from).data, Math.fround));
});

describe('labels', () => {
  test.each<[string, number[], DType, DType]>([
    ['few in uint8', [0, 1, 255], 'uint8', 'uint8'],
    ['few in float32', [0, 1, 300], 'float32', 'uint16'],
    ['many', [0, 1, 70000], 'uint32', 'uint32'],
  ])('%s keep their numbers', async (_, values, dtype, expected) => {
    const data = allocate(dtype, 3);
    data.set(values);
    const file = fresh();
    await writeTiff(file, image(data, [1, 3, 1]), { kind: 'labels' });
    const raw = await tiff.read(file, {});
    expect(raw.dtype).toBe(expected);
    expect(Array.from(raw.data)).toEqual(values);
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN])('%d is no label', async (value) => {
    const wrong = image(Float64Array.of(0, value), [1, 2, 1]);
    await expect(writeTiff(fresh(), wrong, { kind: 'labels' })).rejects.toMatchObject({ _tag: 'data' });
  });
});

test('voxel size and unit survive', async () => {
  const file = fresh();
  const spacing = [2.5, 0.325, 0.1];
  await writeTiff(file, ramp([3, 4, 5, 2], 'uint16', { spacing, unit: 'micron' }));
  const { metadata } = await readImage(file, [tiff], { ndim: '3D' });
  expect(metadata.unit).toBe('micron');
  for (const axis of [0, 1, 2]) expect(metadata.spacing?.[axis]).toBeCloseTo(spacing[axis], 7);
});

test('a time series goes back to the time axis', async () => {
  const file = fresh();
  await writeTiff(file, await readImage(fixture('tiff/imagej-t.tif'), [tiff], { ndim: '3D' }));
  expect((await tiff.probe(file)).axes).toBe('TYX');
});

test('strips of large pages are compressed apart and join again', async () => {
  const file = fresh();
  const picture = ramp([1500, 700, 1], 'uint16');
  await writeTiff(file, picture);
  expect((await stat(file)).size).toBeLessThan(picture.data.byteLength);
  expect((await tiff.read(file, {})).data).toEqual(picture.data);
});

test('a path through a file is refused by name and leaves nothing behind', async () => {
  const blocked = join(folder, 'file');
  await writeFile(blocked, 'text');
  const target = join(blocked, 'image.tif');
  await expect(writeTiff(target, ramp([2, 2, 1], 'uint8'))).rejects.toMatchObject({
    _tag: 'output',
    message: expect.stringContaining(target),
  });
});

test('a folder in the way is refused and the temporary is removed', async () => {
  const inner = await mkdtemp(join(folder, 'inner-'));
  const target = join(inner, 'taken.tif');
  await writeTiff(join(target, 'below.tif'), ramp([2, 2, 1], 'uint8'));
  await expect(writeTiff(target, ramp([2, 2, 1], 'uint8'))).rejects.toMatchObject({ _tag: 'output' });
  expect(await readdir(inner)).toEqual(['taken.tif']);
});
