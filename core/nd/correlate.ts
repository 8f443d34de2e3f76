/** Weighted sums along one axis of an array: the pass that separable filters are made of. */

import { borderIndex, type SplineBorder } from './spline.js';
import { type FloatLane, VECTOR, type VectorKernel, VectorLoop } from './vector-loop.js';

/** Values of a strip of neighbouring lines, about as many as stay in the cache. */
const STRIP = 16384;

const LANE_BYTES = { float32: 4, float64: 8 } as const;

/** Numbers that filters work in. */
export type Floats = Float32Array | Float64Array;

/**
 * Correlates every line along an axis with `weights` (odd in number, the middle one on the value itself), as
 * `scipy.ndimage.correlate1d`.
 *
 * Neighbouring lines are brought together in a strip, with their border before and behind. A tap is then a shift of the
 * whole strip.
 *
 * @param values an array in C order with the sides `shape`.
 * @param fill what lies outside with the border `constant`.
 * @param result where the sums go, which may be `values`; a new array where left out.
 * @returns the result, in the precision of the values.
 */
export function correlateAxis<Values extends Floats>(
  values: Values,
  shape: readonly number[],
  axis: number,
  weights: Float64Array,
  border: SplineBorder = 'symmetric',
  fill = 0,
  result = new (values.constructor as new (length: number) => Values)(values.length),
): Values {
  const length = shape[axis];
  const radius = weights.length >> 1;
  const padded = length + 2 * radius;
  const after = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  // Lines of a whole row, if that is short: what is inside is then copied in one go.
  const width = after <= 16 ? after : Math.max(Math.min(after, Math.floor(STRIP / padded)), 16);
  const sources = Int32Array.from({ length: padded }, (_, i) => borderIndex(i - radius, length, border));
  const bytes = values.BYTES_PER_ELEMENT;
  const kernel = kernelFor(bytes === 4 ? 'float32' : 'float64', weights, padded * width * bytes, width * bytes);
  const Memory = values.constructor as new (buffer: ArrayBuffer, at: number, length: number) => Values;
  const strip = new Memory(kernel.memory, 0, padded * width);
  new Memory(kernel.memory, weightsOffset(strip.byteLength), weights.length).set(weights);
  const sums = new Memory(kernel.memory, sumsOffset(strip.byteLength), length * width);
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
      kernel.run(length * width * bytes);
      if (lines === after) result.set(sums, origin);
      else for (let i = 0; i < length; i++) copy(sums, i * width, result, origin + i * after, lines);
    }
  return result;
}

function copy(from: Floats, at: number, into: Floats, to: number, count: number): void {
  if (count < 32) for (let k = 0; k < count; k++) into[to + k] = from[at + k];
  else into.set(from.subarray(at, at + count), to);
}

/** Where the sums lie behind a strip of so many bytes. */
function sumsOffset(strip: number): number {
  return Math.ceil((strip + VECTOR) / VECTOR) * VECTOR;
}

/** Where the weights lie behind the sums, of which the last vector may be half beyond. */
function weightsOffset(strip: number): number {
  return sumsOffset(strip) + Math.ceil(strip / VECTOR + 1) * VECTOR;
}

const kernels = new Map<string, VectorKernel>();
/** Filters in use at the same time are few. */
const MOST_KERNELS = 24;

/**
 * `sums[j] = Σ weights[t] · strip[j + t·step]`; mirrored weights take a product for each pair. The weights lie in the memory, so that
 * filters of other values but the same form, as those of random deviations, need no compilation.
 *
 * @param strip bytes of a strip.
 * @param step bytes from a value to the next one along the axis.
 */
function kernelFor(lane: FloatLane, weights: Float64Array, strip: number, step: number): VectorKernel {
  const last = weights.length - 1;
  const mirrored = weights.every((weight, t) => weight === weights[last - t]);
  const form = Array.from(weights, (weight) => (weight === 0 ? '0' : 'w')).join('');
  const key = `${lane} ${strip} ${step} ${form} ${mirrored}`;
  const known = kernels.get(key);
  if (known) return known;
  const values = weightsOffset(strip);
  const loop = new VectorLoop();
  const tap = (t: number) => loop.load(t * step);
  loop.store(sumsOffset(strip), () => {
    let terms = 0;
    for (let t = 0; t <= (mirrored ? last >> 1 : last); t++) {
      if (weights[t] === 0) continue;
      tap(t);
      if (mirrored && 2 * t !== last) {
        tap(last - t);
        loop.add(lane);
      }
      loop.spread(values + t * LANE_BYTES[lane], lane).multiply(lane);
      if (terms++ > 0) loop.add(lane);
    }
    if (terms === 0) loop.constant(0, lane);
  });
  const kernel = loop.compile(values + weights.byteLength);
  if (kernels.size >= MOST_KERNELS) kernels.clear();
  kernels.set(key, kernel);
  return kernel;
}
