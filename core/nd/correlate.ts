/** Weighted sums along one axis of an array: the pass that separable filters are made of. */

import { borderIndex, type SplineBorder } from './spline.js';
import { VECTOR, type VectorKernel, VectorLoop } from './vector-loop.js';

/** Values of a strip of neighbouring lines, about as many as stay in the cache. */
const STRIP = 16384;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/**
 * Correlates every line along an axis with `weights` (odd in number, the middle one on the value itself), as
 * `scipy.ndimage.correlate1d`.
 *
 * Neighbouring lines are brought together in a strip, with their border before and behind. A tap is then a shift of the
 * whole strip.
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
  const padded = length + 2 * radius;
  const after = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  // Lines of a whole row, if that is short: what is inside is then copied in one go.
  const width = after <= 16 ? after : Math.max(Math.min(after, Math.floor(STRIP / padded)), 16);
  const sources = Int32Array.from({ length: padded }, (_, i) => borderIndex(i - radius, length, border));
  const kernel = kernelFor(weights, padded * width, width);
  new Float64Array(kernel.memory, weightsOffset(padded * width), weights.length).set(weights);
  const strip = new Float64Array(kernel.memory, 0, padded * width);
  const sums = new Float64Array(kernel.memory, sumsOffset(padded * width), length * width);
  const result = new Float64Array(values.length);
  for (let block = 0; block < values.length; block += length * after)
    for (let first = 0; first < after; first += width) {
      const lines = Math.min(width, after - first);
      const origin = block + first;
      for (let i = 0; i < padded; i++) {
        if (lines === after && i === radius) {
          strip.set(values.subarray(origin, origin + length * after), radius * width);
          i += length - 1;
          continue;
        }
        const from = origin + sources[i] * after;
        if (sources[i] < 0) strip.fill(fill, i * width, i * width + lines);
        else copy(values, from, strip, i * width, lines);
      }
      kernel.run(length * width * BYTES);
      if (lines === after) result.set(sums, origin);
      else for (let i = 0; i < length; i++) copy(sums, i * width, result, origin + i * after, lines);
    }
  return result;
}

function copy(from: Float64Array, at: number, into: Float64Array, to: number, count: number): void {
  if (count < 32) for (let k = 0; k < count; k++) into[to + k] = from[at + k];
  else into.set(from.subarray(at, at + count), to);
}

/** Where the sums lie behind a strip. */
function sumsOffset(strip: number): number {
  return Math.ceil((strip * BYTES + VECTOR) / VECTOR) * VECTOR;
}

/** Where the weights lie behind the sums, of which the last vector may be half beyond. */
function weightsOffset(strip: number): number {
  return sumsOffset(strip) + Math.ceil((strip * BYTES) / VECTOR + 1) * VECTOR;
}

const kernels = new Map<string, VectorKernel>();
/** Filters in use at the same time are few. */
const MOST_KERNELS = 24;

/**
 * `sums[j] = Σ weights[t] · strip[j + t·step]`; mirrored weights take a product for each pair. The weights lie in the memory, so that
 * filters of other values but the same form, as those of random deviations, need no compilation.
 */
function kernelFor(weights: Float64Array, strip: number, step: number): VectorKernel {
  const last = weights.length - 1;
  const mirrored = weights.every((weight, t) => weight === weights[last - t]);
  const form = Array.from(weights, (weight) => (weight === 0 ? '0' : 'w')).join('');
  const key = `${strip} ${step} ${form} ${mirrored}`;
  const known = kernels.get(key);
  if (known) return known;
  const values = weightsOffset(strip);
  const loop = new VectorLoop();
  const tap = (t: number) => loop.load(t * step * BYTES);
  loop.store(sumsOffset(strip), () => {
    let terms = 0;
    for (let t = 0; t <= (mirrored ? last >> 1 : last); t++) {
      if (weights[t] === 0) continue;
      tap(t);
      if (mirrored && 2 * t !== last) {
        tap(last - t);
        loop.add();
      }
      loop.spread(values + t * BYTES).multiply();
      if (terms++ > 0) loop.add();
    }
    if (terms === 0) loop.constant(0);
  });
  const kernel = loop.compile(values + weights.length * BYTES);
  if (kernels.size >= MOST_KERNELS) kernels.clear();
  kernels.set(key, kernel);
  return kernel;
}
