import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileLayout, imageShape, planeOf, toImage, transpose } from '../../../core/image/axes.js';
import { image, sizeOf } from '../../../core/image/image.js';
import type { RawImage } from '../../../core/image/raw-image.js';

function raw(shape: number[], axes?: string): RawImage {
  return { data: Uint16Array.from({ length: sizeOf(shape) }, (_, i) => i), shape, axes, dtype: 'uint16', metadata: {} };
}

describe('shapes by the rules of BiaPy', () => {
  test.each<['2D' | '3D', string | undefined, number[], number[]]>([
    ['2D', 'YX', [7, 9], [7, 9, 1]],
    ['2D', undefined, [7, 9], [7, 9, 1]],
    ['2D', 'CYX', [3, 7, 9], [7, 9, 3]],
    ['2D', 'YXS', [7, 9, 3], [7, 9, 3]],
    ['2D', 'YXS', [2, 9, 3], [2, 9, 3]],
    ['2D', undefined, [3, 7, 9], [7, 9, 3]],
    ['2D', undefined, [7, 2, 9], [7, 9, 2]],
    ['2D', undefined, [7, 9, 7], [7, 9, 7]],
    ['2D', 'IYX', [4, 7, 9], [7, 9, 4]],
    ['2D', 'TZCYX', [1, 1, 1, 7, 9], [7, 9, 1]],
    ['2D', 'TZCYXS', [1, 1, 2, 7, 9, 1], [7, 9, 2]],
    ['2D', 'YX', [1, 9], [1, 9, 1]],
    ['2D', undefined, [1, 1], [1, 1, 1]],
    ['3D', 'ZYX', [5, 7, 9], [5, 7, 9, 1]],
    ['3D', 'ZYX', [50, 7, 9], [50, 7, 9, 1]],
    ['3D', 'TYX', [5, 7, 9], [5, 7, 9, 1]],
    ['3D', 'IYX', [50, 7, 9], [50, 7, 9, 1]],
    ['3D', 'ZCYX', [5, 2, 7, 9], [5, 7, 9, 2]],
    ['3D', 'TZCYX', [1, 5, 2, 7, 9], [5, 7, 9, 2]],
    ['3D', 'TZCYXS', [5, 1, 2, 7, 9, 3], [5, 7, 9, 6]],
    ['3D', 'TZCYX', [1, 1, 2, 7, 9], [1, 7, 9, 2]],
    ['3D', undefined, [5, 7, 9], [5, 7, 9, 1]],
    ['3D', undefined, [7, 9, 5], [5, 7, 9, 1]],
    ['3D', undefined, [7, 7, 7], [7, 7, 7, 1]],
    ['3D', undefined, [2, 5, 7, 9], [5, 7, 9, 2]],
    ['3D', undefined, [1, 5, 7, 9, 2], [5, 7, 9, 2]],
  ])('%s %s %j gives %j', (ndim, axes, shape, expected) => {
    expect(toImage(raw(shape, axes), ndim).shape).toEqual(expected);
    expect(imageShape(raw(shape, axes), ndim)).toEqual(expected);
  });

  test.each<['2D' | '3D', string | undefined, number[], RegExp]>([
    ['3D', 'YX', [7, 9], /z axis.*2D/],
    ['3D', 'YXS', [7, 9, 3], /z axis/],
    ['3D', undefined, [7, 9], /three axes/],
    ['3D', 'TZYX', [2, 5, 7, 9], /more than one stack axis/],
    ['2D', 'ZCYX', [5, 2, 7, 9], /two axes/],
    ['2D', 'YX', [0, 9], /no pixels/],
  ])('%s %s %j is refused by name', (ndim, axes, shape, message) => {
    expect(() => toImage(raw(shape, axes), ndim, 'a.tif')).toThrow(message);
    expect(() => toImage(raw(shape, axes), ndim, 'a.tif')).toThrow(/^a\.tif/);
  });
});

test('pixels keep their place: value at (t, z, c, y, x) moves to (z, y, x, c)', () => {
  const picture = toImage(raw([1, 5, 2, 7, 9], 'TZCYX'), '3D');
  for (const [z, c, y, x] of [
    [0, 0, 0, 0],
    [4, 1, 6, 8],
    [2, 1, 3, 5],
  ])
    expect(picture.data[((z * 7 + y) * 9 + x) * 2 + c]).toBe(((z * 2 + c) * 7 + y) * 9 + x);
});

test('transposing there and back is the identity', () => {
  const cases = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }).chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.shuffledSubarray(
        shape.map((_, axis) => axis),
        { minLength: shape.length },
      ),
    ),
  );
  fc.assert(
    fc.property(cases, ([shape, order]) => {
      const { data } = raw(shape);
      const moved = transpose(data, shape, order);
      const back = transpose(
        moved,
        order.map((axis) => shape[axis]),
        order.map((_, axis) => order.indexOf(axis)),
      );
      expect(back).toEqual(data);
    }),
  );
});

test('planes written in the order of the file layout come back through the axes', () => {
  const side = fc.integer({ min: 2, max: 6 });
  fc.assert(
    fc.property(fc.tuple(side, side, side, fc.integer({ min: 1, max: 3 })), fc.boolean(), (shape, time) => {
      const metadata = time ? { fileAxes: 'TYX', fileShape: [shape[0], shape[1], shape[2]] } : {};
      const picture = image(raw([...shape]).data, shape, metadata);
      const layout = fileLayout(picture);
      expect(layout.shape[time ? 0 : 1]).toBe(shape[0]);
      const planes = Array.from({ length: shape[0] }, (_, z) =>
        Array.from({ length: shape[3] }, (_, c) => [...planeOf(picture, z, c)]),
      );
      const data = Uint16Array.from(planes.flat(2));
      const back = toImage({ data, shape: layout.shape, axes: layout.axes, dtype: 'uint16', metadata: {} }, '3D');
      expect(back.shape).toEqual(shape);
      expect(back.data).toEqual(picture.data);
    }),
  );
});

test('voxel sizes fit the axes of the image', () => {
  const spaced = { ...raw([7, 9], 'YX'), metadata: { spacing: [3, 2, 1] } };
  expect(toImage(spaced, '2D').metadata.spacing).toEqual([2, 1]);
  const flat = { ...raw([5, 7, 9], 'ZYX'), metadata: { spacing: [2, 1] } };
  expect(toImage(flat, '3D').metadata.spacing).toEqual([1, 2, 1]);
});
