/** The longest distance between two points of an object: its greatest Feret diameter, as scikit-image finds it. */

import { convexHull, type RowExtents } from './convex-hull.js';
import { outerFaces } from './convex-mask.js';
import { convexPolyhedron } from './convex-polyhedron.js';

/** The longest distance between middles of the faces of the voxels of a convex object. @param sides `[z, y, x]`. */
export function longestInSpace(mask: Uint8Array, sides: readonly number[]): number {
  const points = outerFaces(mask, sides);
  const corners = convexPolyhedron(points)?.corners ?? [];
  let longest = 0;
  for (const [i, a] of corners.entries())
    for (const b of corners.slice(i + 1))
      longest = Math.max(longest, Math.hypot(...[0, 1, 2].map((axis) => points[3 * a + axis] - points[3 * b + axis])));
  return longest;
}

/** The longest distance between middles of sides of the pixels of a convex object. */
export function longestInPlane({ first, last }: RowExtents): number {
  const points: [number, number][] = [];
  for (let y = 0; y < first.length; y++)
    if (first[y] <= last[y])
      points.push(
        ...[first[y], last[y]].flatMap((x): [number, number][] => [
          [y - 0.5, x],
          [y + 0.5, x],
          [y, x - 0.5],
          [y, x + 0.5],
        ]),
      );
  const hull = convexHull(points);
  let longest = 0;
  for (const [i, a] of hull.entries())
    for (const b of hull.slice(i + 1)) longest = Math.max(longest, Math.hypot(a[0] - b[0], a[1] - b[1]));
  return longest;
}
