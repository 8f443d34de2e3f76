import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convexPolyhedron, rowsInside } from '../../../core/nd/convex-polyhedron.js';

test('a box has its eight corners and six planes, whatever lies in it', () => {
  const points: number[] = [];
  for (let z = 0; z < 4; z++) for (let y = 0; y < 3; y++) for (let x = 0; x < 5; x++) points.push(z, y, x);
  const { corners, planes } = convexPolyhedron(points)!;
  expect(corners.map((i) => points.slice(3 * i, 3 * i + 3).join())).toEqual([
    ...['0,0,0', '0,0,4', '0,2,0', '0,2,4', '3,0,0', '3,0,4', '3,2,0', '3,2,4'],
  ]);
  const normals = new Set<string>();
  for (let i = 0; i < planes.length; i += 4) normals.add([...planes.subarray(i, i + 3)].map((n) => n + 0).join());
  expect(normals).toEqual(new Set(['1,0,0', '-1,0,0', '0,1,0', '0,-1,0', '0,0,1', '0,0,-1']));
});

test('points in one plane, and fewer than four, have no hull', () => {
  expect(convexPolyhedron([0, 0, 0, 1, 0, 0, 0, 1, 0])).toBeUndefined();
  expect(convexPolyhedron([0, 0, 1, 1, 0, 1, 0, 1, 1, 4, 5, 1, 2, 2, 1])).toBeUndefined();
  expect(convexPolyhedron([2, 2, 2, 2, 2, 2])).toBeUndefined();
});

test('rows inside of an octahedron', () => {
  const octahedron = convexPolyhedron([0, 2, 2, 4, 2, 2, 2, 0, 2, 2, 4, 2, 2, 2, 0, 2, 2, 4])!;
  const rows: number[][] = [];
  rowsInside(octahedron, [0, 0, 0], [5, 5, 5], 1e-9, (...row) => rows.push(row));
  expect(rows.filter(([z]) => z === 1)).toEqual([
    [1, 1, 2, 3],
    [1, 2, 1, 4],
    [1, 3, 2, 3],
  ]);
  expect(rows.reduce((sum, [, , first, behind]) => sum + behind - first, 0)).toBe(25);
});

test('holds all points, has only points as corners, and is the hull of its corners', () => {
  const whole = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 12, maxLength: 90 });
  // No finer than a ten-thousandth of a pixel: what is flatter than 1e-10 of its extent may have a hull or none.
  const fine = fc.integer({ min: -30_000, max: 30_000 }).map((part) => part / 10_000);
  const real = fc.array(fine, { minLength: 12, maxLength: 90 });
  fc.assert(
    fc.property(fc.oneof(whole, real), (numbers) => {
      const points = numbers.slice(0, numbers.length - (numbers.length % 3));
      const solid = convexPolyhedron(points);
      if (!solid) return;
      const { planes, corners } = solid;
      for (let i = 0; i < planes.length; i += 4)
        for (let p = 0; p < points.length; p += 3)
          expect(
            planes[i] * points[p] + planes[i + 1] * points[p + 1] + planes[i + 2] * points[p + 2] + planes[i + 3],
          ).toBeLessThan(1e-7);
      const again = convexPolyhedron(corners.flatMap((i) => points.slice(3 * i, 3 * i + 3)))!;
      // The same half-spaces: each plane of one holds all corners of the other.
      for (let i = 0; i < again.planes.length; i += 4)
        for (const p of corners)
          expect(
            again.planes[i] * points[3 * p] +
              again.planes[i + 1] * points[3 * p + 1] +
              again.planes[i + 2] * points[3 * p + 2] +
              again.planes[i + 3],
          ).toBeLessThan(1e-7);
    }),
  );
});
