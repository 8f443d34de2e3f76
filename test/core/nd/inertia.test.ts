import { expect, test } from 'vitest';
import { axisLengths, inertia } from '../../../core/nd/inertia.js';

const close = (found: readonly number[], wanted: readonly number[]) => {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i], 9);
};

test('a plane form has its variances along its axes, the greatest first', () => {
  close(
    inertia([
      [1, 0],
      [0, 4],
    ]),
    [4, 1],
  );
  // Turned by 30 degrees.
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  close(
    inertia([
      [c * c + 4 * s * s, 3 * s * c],
      [3 * s * c, s * s + 4 * c * c],
    ]),
    [4, 1],
  );
});

test('a volume has the variances beside each axis', () => {
  close(
    inertia([
      [1, 0, 0],
      [0, 2, 0],
      [0, 0, 5],
    ]),
    [7, 6, 3],
  );
  // Along the diagonal of a cube only: none about it, and all about the axes beside it.
  close(
    inertia([
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ]),
    [3, 3, 0],
  );
});

test('a disk and a ball are as long as they are', () => {
  const radius = 10;
  // The variance along each axis: r² / 4 in a disk, r² / 5 in a ball.
  const disk = radius ** 2 / 4;
  close(
    axisLengths([
      [disk, 0],
      [0, disk],
    ]),
    [20, 20],
  );
  const ball = radius ** 2 / 5;
  close(
    axisLengths([
      [ball, 0, 0],
      [0, ball, 0],
      [0, 0, ball],
    ]),
    [20, 20],
  );
});
