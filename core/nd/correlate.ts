/** Weighted sums along one axis of an array: the pass that separable filters are made of. */

import { borderIndex, type SplineBorder } from './spline.js';

/** Values of a row that are worked on together: the rows of all taps then stay in the cache. */
const CHUNK = 1024;

/**
 * Correlates every line along an axis with `weights` (odd in number, the middle one on the value itself), as
 * `scipy.ndimage.correlate1d`.
 *
 * @param values an array in C order with the sides `shape`.
 * @param fill what lies outside with the border `constant`.
 * @returns a new array.
 */
export function correlateAxis(
  values: Float64Array,
  shape: readonly number[],
  axis: number,
  weights: Float64Array,
  border: SplineBorder = 'symmetric',
  fill = 0,
): Float64Array {
  const length = shape[axis];
  const radius = weights.length >> 1;
  const after = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  const sources = Int32Array.from({ length: length + 2 * radius }, (_, i) => borderIndex(i - radius, length, border));
  const result = new Float64Array(values.length);
  if (after < 16) correlateLines(values, result, length, after, sources, weights, fill);
  else correlateRows(values, result, length, after, sources, weights, fill);
  return result;
}

/** Rows lie far apart: a row of the result is a sum of rows. */
function correlateRows(
  values: Float64Array,
  result: Float64Array,
  length: number,
  after: number,
  sources: Int32Array,
  weights: Float64Array,
  fill: number,
): void {
  const taps = weights.length;
  const mirrored = isMirrored(weights);
  const offsets = new Int32Array(taps);
  for (let block = 0; block < values.length; block += length * after)
    for (let first = 0; first < after; first += CHUNK) {
      const count = Math.min(CHUNK, after - first);
      for (let i = 0; i < length; i++) {
        const to = block + i * after + first;
        let outside = 0;
        for (let t = 0; t < taps; t++) {
          const source = sources[i + t];
          if (source < 0) outside += weights[t];
          offsets[t] = source < 0 ? -1 : block + source * after + first;
        }
        if (outside === 0 && mirrored) addPairs(values, result, to, count, offsets, weights);
        else {
          result.fill(outside * fill, to, to + count);
          for (let t = 0; t < taps; t++)
            if (offsets[t] >= 0 && weights[t] !== 0) addRow(values, result, to, count, offsets[t], weights[t]);
        }
      }
    }
}

/** Values of a line lie side by side: each line is extended by its border first, and a tap is a shift of it. */
function correlateLines(
  values: Float64Array,
  result: Float64Array,
  length: number,
  channels: number,
  sources: Int32Array,
  weights: Float64Array,
  fill: number,
): void {
  const count = length * channels;
  const radius = weights.length >> 1;
  const line = new Float64Array(sources.length * channels);
  const mirrored = isMirrored(weights);
  const offsets = Int32Array.from(weights, (_, t) => t * channels);
  const sums = new Float64Array(count);
  const border = [...sources.keys()].filter((i) => i < radius || i >= radius + length);
  for (let origin = 0; origin < values.length; origin += count) {
    for (let i = 0, to = radius * channels; i < count; i++, to++) line[to] = values[origin + i];
    for (const i of border)
      for (let c = 0; c < channels; c++)
        line[i * channels + c] = sources[i] < 0 ? fill : values[origin + sources[i] * channels + c];
    if (mirrored) addPairs(line, sums, 0, count, offsets, weights);
    else {
      sums.fill(0);
      for (let t = 0; t < weights.length; t++)
        if (weights[t] !== 0) addRow(line, sums, 0, count, offsets[t], weights[t]);
    }
    for (let i = 0; i < count; i++) result[origin + i] = sums[i];
  }
}

function isMirrored(weights: Float64Array): boolean {
  return weights.every((weight, i) => weight === weights[weights.length - 1 - i]);
}

function addRow(from: Float64Array, sums: Float64Array, to: number, count: number, at: number, weight: number): void {
  for (let j = 0; j < count; j++) sums[to + j] += weight * from[at + j];
}

/** The sum of all taps where weights mirror: half the products, and four pairs for each time that a sum is stored. */
function addPairs(
  from: Float64Array,
  sums: Float64Array,
  to: number,
  count: number,
  offsets: Int32Array,
  weights: Float64Array,
): void {
  const last = weights.length - 1;
  const radius = last >> 1;
  const centre = weights[radius];
  const middle = offsets[radius];
  for (let j = 0; j < count; j++) sums[to + j] = centre * from[middle + j];
  let t = 0;
  for (; t + 3 < radius; t += 4) {
    const [a0, a1, a2, a3] = [offsets[t], offsets[t + 1], offsets[t + 2], offsets[t + 3]];
    const [b0, b1, b2, b3] = [offsets[last - t], offsets[last - t - 1], offsets[last - t - 2], offsets[last - t - 3]];
    const [w0, w1, w2, w3] = [weights[t], weights[t + 1], weights[t + 2], weights[t + 3]];
    for (let j = 0; j < count; j++)
      sums[to + j] +=
        w0 * (from[a0 + j] + from[b0 + j]) +
        w1 * (from[a1 + j] + from[b1 + j]) +
        w2 * (from[a2 + j] + from[b2 + j]) +
        w3 * (from[a3 + j] + from[b3 + j]);
  }
  for (; t < radius; t++) {
    const [a, b, weight] = [offsets[t], offsets[last - t], weights[t]];
    for (let j = 0; j < count; j++) sums[to + j] += weight * (from[a + j] + from[b + j]);
  }
}
