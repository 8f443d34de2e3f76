import { expect, test } from 'vitest';
import { convexMask } from '../../../core/nd/convex-mask.js';

test('an L is filled, a box stays, nothing has no hull', () => {
  const corner = Uint8Array.of(1, 0, 0, 1, 0, 0, 1, 1, 1);
  expect([...convexMask(corner, [1, 3, 3])]).toEqual([1, 0, 0, 1, 1, 0, 1, 1, 1]);
  const box = new Uint8Array(27).fill(1);
  expect(convexMask(box, [3, 3, 3])).toEqual(box);
  expect([...convexMask(new Uint8Array(8), [2, 2, 2])]).toEqual(new Array(8).fill(0));
});

test('what lies between two voxels along a diagonal is in the hull', () => {
  const ends = new Uint8Array(27);
  ends[0] = 1;
  ends[26] = 1;
  const hull = convexMask(ends, [3, 3, 3]);
  expect([hull[0], hull[13], hull[26]]).toEqual([1, 1, 1]);
  expect(hull.reduce((sum, one) => sum + one)).toBe(3);
});
