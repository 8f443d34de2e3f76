import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundedSource, deferred, readRegion } from '../../../core/image/deferred.js';
import { type Box, type Image, image } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';
import { zoomed } from '../../../core/image/zoomed.js';
import { ramp } from '../../plugins/nodes.js';

/** The image, to be read in parts only; tells which boxes were asked for. */
function lazy(picture: Image, expected: Box[] = []): Image {
  const { shape, dtype, metadata } = picture;
  const expect = (boxes: Iterable<Box>) => void expected.push(...boxes);
  const inside = async (box: Box) => readPatch(picture, box);
  return deferred(boundedSource({ shape, dtype, metadata, file: 'a.zarr', inside, expect }));
}

const side = fc.integer({ min: 1, max: 9 });

test('parts of a volume are those of the whole, over its edges too', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(side, side, side),
      fc.tuple(side, side, side),
      fc.tuple(fc.nat(8), fc.nat(8), fc.nat(8)),
      async (shape, sides, seeds) => {
        const picture = ramp([...shape, 2]);
        const whole = zoomed(picture, sides);
        const parts = zoomed(lazy(picture), sides);
        expect(parts.shape).toEqual(whole.shape);
        // A patch is as long as its volume at most, and a border shorter than what lies inside.
        const start = sides.map((length, axis) => (seeds[axis] % length) - Math.floor(length / 3));
        const box = { start, size: sides };
        const inner = sides.every((length, axis) => Math.abs(start[axis]) < length / 2);
        fc.pre(inner);
        expect((await readRegion(parts, box)).data).toEqual(readPatch(whole, box).data);
      },
    ),
    { numRuns: 60 },
  );
});

test('tells ahead what will be read', () => {
  const expected: Box[] = [];
  const parts = zoomed(lazy(ramp([4, 8, 8, 1]), expected), [4, 4, 16]);
  parts.source?.expect?.([{ start: [-1, 2, 0], size: [3, 4, 16] }]);
  expect(expected).toEqual([{ start: [0, 5, 0], size: [2, 3, 8] }]);
});

test('voxels become smaller as there are more of them, and an image of these sides stays', () => {
  const picture = image(new Uint8Array(24), [2, 3, 4, 1], { spacing: [3, 1, 1], unit: 'micron' });
  expect(zoomed(picture, [6, 3, 2]).metadata).toEqual({ spacing: [1, 1, 2], unit: 'micron' });
  expect(zoomed(picture, [2, 3, 4])).toBe(picture);
});
