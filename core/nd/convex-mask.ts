/** Convex hulls of voxels. */

import { convexPolyhedron, rowsInside } from './convex-polyhedron.js';

/** How far outside of a face the middle of a voxel may lie. */
const TOLERANCE = 1e-10;

/**
 * 1 on the voxels whose middles lie in the convex hull of the middles of the faces of the voxels of a mask; 0 everywhere where those are
 * none.
 *
 * @param sides `[z, y, x]`.
 */
export function convexMask(mask: Uint8Array, sides: readonly number[]): Uint8Array {
  const [, height, width] = sides;
  const hull = new Uint8Array(mask.length);
  const solid = convexPolyhedron(outerFaces(mask, sides));
  if (solid)
    rowsInside(solid, [0, 0, 0], sides, TOLERANCE, (z, y, first, behind) => {
      hull.fill(1, (z * height + y) * width + first, (z * height + y) * width + behind);
    });
  return hull;
}

/** Middles of the faces of the first and the last voxel of each row of a mask, `[z, y, x]` one after the other. */
export function outerFaces(mask: Uint8Array, [, height, width]: readonly number[]): number[] {
  const points: number[] = [];
  for (let row = 0; row < mask.length; row += width) {
    const first = mask.indexOf(1, row) - row;
    if (first < 0 || first >= width) continue;
    const last = mask.lastIndexOf(1, row + width - 1) - row;
    const [z, y] = [Math.floor(row / (width * height)), Math.floor(row / width) % height];
    for (const x of [first, last])
      points.push(...[z - 0.5, y, x, z + 0.5, y, x, z, y - 0.5, x, z, y + 0.5, x, z, y, x - 0.5, z, y, x + 0.5]);
  }
  return points;
}
