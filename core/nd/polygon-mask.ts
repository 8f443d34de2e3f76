/** Pixels of polygons. */

/** What lies nearer to an edge than this counts as on it. */
const ROUNDING = 1e-9;

/**
 * Pixels of a box whose centres lie in a polygon or on its edge: those that a line from outside reaches after an odd number
 * of edges.
 *
 * @param points corners `[y, x]`; the last is joined to the first.
 * @param start first pixel of the box, `[y, x]`.
 * @param sides of the box.
 * @returns 1 inside, C order.
 */
export function polygonMask(
  points: readonly (readonly number[])[],
  start: readonly number[],
  sides: readonly number[],
): Uint8Array {
  const [height, width] = sides;
  const mask = new Uint8Array(height * width);
  const crossings: number[] = [];
  for (let row = 0; row < height; row++) {
    const y = start[0] + row;
    const fill = (from: number, to: number) => {
      const first = Math.max(Math.ceil(from - ROUNDING) - start[1], 0);
      const last = Math.min(Math.floor(to + ROUNDING) - start[1], width - 1);
      if (first <= last) mask.fill(1, row * width + first, row * width + last + 1);
    };
    crossings.length = 0;
    for (let i = 0; i < points.length; i++) {
      const [ay, ax] = points[i];
      const [by, bx] = points[i + 1 < points.length ? i + 1 : 0];
      if (ay <= y !== by <= y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
      // Corners and level edges on the row itself belong to the polygon, and are no crossings.
      if (ay === y) fill(ax, ax);
      if (ay === y && by === y) fill(Math.min(ax, bx), Math.max(ax, bx));
    }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) fill(crossings[i], crossings[i + 1]);
  }
  return mask;
}
