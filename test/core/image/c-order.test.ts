import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeAt } from '../../../core/image/c-order.js';

test('the last axis runs fastest', () => {
  expect(Array.from({ length: 6 }, (_, index) => placeAt(index, [2, 3]))).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
});

test('the number in C order of a place is the number it was made of', () => {
  const sides = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(sides, fc.nat(), (axes, number) => {
      const index = number % axes.reduce((count, side) => count * side, 1);
      const place = placeAt(index, axes);
      expect(place.every((at, axis) => at >= 0 && at < axes[axis])).toBe(true);
      expect(place.reduce((sum, at, axis) => sum * axes[axis] + at, 0)).toBe(index);
    }),
  );
});
