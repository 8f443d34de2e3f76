import { expect, test } from 'vitest';
import { longestInPlane, longestInSpace } from '../../../core/nd/feret-diameter.js';

test('a row of pixels is as long as it is, a square as its diagonal between middles of sides', () => {
  const rows = (first: number[], last: number[]) => ({ first: Int32Array.from(first), last: Int32Array.from(last) });
  expect(longestInPlane(rows([0], [4]))).toBeCloseTo(5, 12);
  // From the left side of the upper left pixel to the right side of the lower right one.
  expect(longestInPlane(rows([0, 0, 0], [2, 2, 2]))).toBeCloseTo(Math.hypot(3, 2), 12);
  // Rows without pixels have a last one before their first one.
  expect(longestInPlane(rows([1, 0], [0, 4]))).toBeCloseTo(5, 12);
});

test('a box of voxels is as long as its diagonal between middles of faces', () => {
  expect(longestInSpace(new Uint8Array(1).fill(1), [1, 1, 1])).toBeCloseTo(1, 12);
  expect(longestInSpace(new Uint8Array(2 * 3 * 4).fill(1), [2, 3, 4])).toBeCloseTo(Math.hypot(1, 2, 4), 12);
  expect(longestInSpace(new Uint8Array(8), [2, 2, 2])).toBe(0);
});
