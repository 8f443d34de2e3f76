import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boundedSource,
  completeImage,
  deferred,
  dropAdded,
  mapImage,
  readRegion,
} from '../../../core/image/deferred.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { completeShape, readPatch } from '../../../core/image/patch.js';

function numbers(shape: number[]): Image {
  return image(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  );
}

/** The image, to be read in parts only. */
function lazy(picture: Image): Image {
  const { shape, dtype, metadata } = picture;
  return deferred(
    boundedSource({ shape, dtype, metadata, file: 'a.zarr', inside: async (box) => readPatch(picture, box) }),
  );
}

test('whole pixels are refused with what to do', () => {
  const { data, ...rest } = { ...numbers([2, 3, 1]) };
  expect(data.length).toBe(6);
  expect(rest.shape).toEqual([2, 3, 1]);
  expect(() => lazy(numbers([2, 3, 4, 1])).data).toThrow(
    /a\.zarr: this image of 2×3×4×1 is read in parts, but a step of the workflow works on whole images/,
  );
});

describe('as an image in memory', () => {
  test('boxes that reach over the edge are reflected alike', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 5, max: 9 }), fc.integer({ min: 5, max: 9 }), fc.integer({ min: 5, max: 9 })),
        fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })),
        async (shape, start) => {
          const picture = numbers([...shape, 2]);
          // Of a box that is as long as the image, more than the border lies inside, as for every patch.
          const box = { start, size: shape };
          expect((await readRegion(lazy(picture), box)).data).toEqual(readPatch(picture, box).data);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('shapes are completed at the start, and cut again', async () => {
    const picture = numbers([3, 6, 4, 1]);
    const patch = [5, 5, 5];
    const [whole, parts] = [completeShape(picture, patch), completeImage(lazy(picture), patch)];
    expect(parts.added).toEqual([2, 0, 1]);
    expect(parts.picture.shape).toEqual(whole.picture.shape);
    const box = { start: [0, 1, 0], size: patch };
    expect((await readRegion(parts.picture, box)).data).toEqual(readPatch(whole.picture, box).data);
    const again = dropAdded(parts.picture, parts.added);
    expect(again.shape).toEqual(picture.shape);
    const inner = { start: [0, 0, 0], size: [3, 6, 4] };
    expect((await readRegion(again, inner)).data).toEqual(picture.data);
  });

  test('boxes that lie outside for the most part, or all, are reflected alike', async () => {
    const side = fc.integer({ min: 1, max: 5 });
    const at = fc.integer({ min: -9, max: 9 });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(side, side, side),
        fc.tuple(at, at, at),
        fc.tuple(side, side, side),
        async (shape, start, size) => {
          const picture = numbers([...shape, 2]);
          expect((await readRegion(lazy(picture), { start, size })).data).toEqual(
            readPatch(picture, { start, size }).data,
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  test('work is done on each part', async () => {
    const work = (part: Image) =>
      image(
        Uint8Array.from(part.data, (value) => value % 7),
        part.shape,
      );
    const picture = numbers([4, 5, 6, 1]);
    const mapped = mapImage(lazy(picture), work, { dtype: 'uint8' });
    expect(mapped).toMatchObject({ dtype: 'uint8', shape: [4, 5, 6, 1] });
    const box = { start: [1, 1, 1], size: [2, 3, 4] };
    expect((await readRegion(mapped, box)).data).toEqual(readPatch(work(picture), box).data);
    expect(mapImage(picture, work).data).toEqual(work(picture).data);
  });
});

test('NaN is told with its file', async () => {
  const picture = numbers([4, 5, 6, 1]);
  picture.data[40] = Number.NaN;
  await expect(readRegion(lazy(picture), { start: [0, 0, 0], size: [4, 5, 6] })).rejects.toThrow(
    /a\.zarr: expected finite/,
  );
});
