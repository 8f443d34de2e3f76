/** Convex hulls of flat objects. */

/**
 * Corners of the convex hull of points `[y, x]`, counter-clockwise without those on a straight line (A. Andrew's monotone
 * chain, 1979). Fewer than three points, or points on one line, give what there is.
 */
export function convexHull(points: readonly (readonly [number, number])[]): [number, number][] {
  const sorted = points
    .map(([y, x]): [number, number] => [y, x])
    .sort((a, b) => a[1] - b[1] || a[0] - b[0])
    .filter(([y, x], i, all) => i === 0 || all[i - 1][0] !== y || all[i - 1][1] !== x);
  if (sorted.length < 3) return sorted;
  const half = (ordered: readonly [number, number][]) => {
    const chain: [number, number][] = [];
    for (const point of ordered) {
      while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** Above 0 where the way from `a` over `b` to `c` turns to the left, x to the right and y up. */
function turn(a: readonly [number, number], b: readonly [number, number], c: readonly [number, number]): number {
  return (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1]);
}

/** For each row of a flat object its first and last pixel; `first` above `last` where the row is empty. */
export interface RowExtents {
  readonly first: Int32Array;
  readonly last: Int32Array;
}

/**
 * The pixels whose centres lie in the convex hull of a flat object, row by row, as `skimage.morphology.convex_hull_image`: the
 * hull is that of the middles of the pixels' sides, and pixels on its line belong to it.
 */
export function convexRows({ first, last }: RowExtents): RowExtents {
  // In halves of a pixel all numbers are whole, and what lies on the line is found exactly.
  const points: [number, number][] = [];
  for (let y = 0; y < first.length; y++)
    if (first[y] <= last[y])
      for (const x of [first[y], last[y]])
        points.push([2 * y - 1, 2 * x], [2 * y + 1, 2 * x], [2 * y, 2 * x - 1], [2 * y, 2 * x + 1]);
  const hull = convexHull(points);
  const result = { first: new Int32Array(first.length), last: new Int32Array(first.length).fill(-1) };
  for (let y = 0; y < first.length; y++) {
    let least = Infinity;
    let most = -Infinity;
    for (let i = 0; i < hull.length; i++) {
      const [a, b] = [hull[i], hull[(i + 1) % hull.length]];
      if (Math.max(a[0], b[0]) < 2 * y || Math.min(a[0], b[0]) > 2 * y) continue;
      // The line crosses at x = top / below, which is rounded inwards to a whole pixel.
      const below = 2 * (b[0] - a[0]);
      const top = below === 0 ? 0 : a[1] * (b[0] - a[0]) + (b[1] - a[1]) * (2 * y - a[0]);
      const crossings = below === 0 ? [a[1] / 2, b[1] / 2] : [top / below];
      least = Math.min(least, ...crossings);
      most = Math.max(most, ...crossings);
    }
    if (least > most) continue;
    result.first[y] = Math.ceil(least - ROUNDING);
    result.last[y] = Math.floor(most + ROUNDING);
  }
  return result;
}

/** Crossings are fractions of small whole numbers: nothing else comes so near to a pixel. */
const ROUNDING = 1e-9;
