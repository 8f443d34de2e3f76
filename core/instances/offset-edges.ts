/** Edges between objects out of offsets to their centres: HoVer-Net (S. Graham et al., Medical Image Analysis 58, 2019). */

import { correlateAxis } from '../nd/correlate.js';

/** Pixels of the derivative. */
const SIZE = 21;

/**
 * How much each pixel looks like an edge, from 0 to 1. Inside of an object offsets rise along their axis, from one object to the next they
 * fall: 1 less the slope, a Sobel derivative of 21 pixels brought to [0, 1], the greatest over the axes.
 *
 * BiaPy derives along the first two of three axes, whichever the offsets are of; here each is derived along its own.
 *
 * @param offsets one array for each axis that is given: along z, y or x.
 * @param axes place of the axis of each among the sides.
 * @param sides `[z,] y, x`.
 */
export function offsetEdges(
  offsets: readonly Float32Array[],
  axes: readonly number[],
  sides: readonly number[],
): Float32Array {
  const smooth = binomial(SIZE - 1);
  const slope = binomial(SIZE - 2);
  // The difference of two neighbouring sums.
  const derivative = Float64Array.from({ length: SIZE }, (_, i) => (slope[i - 1] ?? 0) - (slope[i] ?? 0));
  const edges = new Float32Array(offsets[0].length);
  for (const [i, offset] of offsets.entries()) {
    let values = stretched(Float64Array.from(offset));
    for (const [axis] of sides.entries())
      values = correlateAxis(values, sides, axis, axis === axes[i] ? derivative : smooth, 'reflect');
    values = stretched(values);
    for (let at = 0; at < edges.length; at++) {
      const edge = 1 - values[at];
      if (i === 0 || edge > edges[at]) edges[at] = edge;
    }
  }
  return edges;
}

/** Row of Pascal's triangle, summing to 1. */
function binomial(n: number): Float64Array {
  const row = Float64Array.of(...new Array<number>(n + 1).fill(0));
  row[0] = 1;
  for (let i = 1; i <= n; i++) for (let k = i; k > 0; k--) row[k] += row[k - 1];
  return row.map((value) => value / 2 ** n);
}

/** Brought to [0, 1]; a flat map becomes 0. */
function stretched(values: Float64Array): Float64Array {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = most - least;
  return values.map((value) => (range > 0 ? (value - least) / range : 0));
}
