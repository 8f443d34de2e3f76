import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removeClosePoints } from '../../../core/nd/remove-close-points.js';

test('of two points at most the radius apart the later goes, unless what would drop it has gone', () => {
  const points = [
    [0, 0],
    [0, 3],
    [0, 6],
    [9, 9],
  ];
  expect(removeClosePoints(points, 3)).toEqual([0, 2, 3]);
  expect(removeClosePoints(points, 2.9)).toEqual([0, 1, 2, 3]);
  expect(removeClosePoints(points, 3, [1, 0.5])).toEqual([0, 3]);
  expect(removeClosePoints([], 3)).toEqual([]);
});

test('the grid finds the same as looking at all', () => {
  const point = fc.tuple(...[20, 20, 20].map((max) => fc.integer({ min: -max, max })));
  fc.assert(
    fc.property(fc.array(point, { maxLength: 40 }), fc.double({ min: 0, max: 12, noNaN: true }), (points, radius) => {
      const kept: number[] = [];
      for (const [i, place] of points.entries())
        if (!kept.some((k) => Math.hypot(...place.map((step, axis) => step - points[k][axis])) <= radius)) kept.push(i);
      expect(removeClosePoints(points, radius)).toEqual(kept);
    }),
  );
});
