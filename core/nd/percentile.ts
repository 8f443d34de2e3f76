/** Percentiles of numpy's default kind: linear interpolation between neighbours in rank. */

import type { PixelArray } from '../image/image.js';

/**
 * Percentiles `q` (each in [0, 100]) of the values; `step` and `first` pick every `step`-th value, one channel of an
 * interleaved image. Values must not be NaN.
 * Throws RangeError when there are no values or a percentile is out of range.
 */
export function percentiles(values: PixelArray, q: readonly number[], first = 0, step = 1): number[] {
  const count = Math.ceil((values.length - first) / step);
  if (count < 1) throw new RangeError('percentiles of no values');
  const wrong = q.find((percent) => !(percent >= 0 && percent <= 100));
  if (wrong !== undefined) throw new RangeError(`percentile ${wrong} is outside [0, 100]`);
  const select = ranks(values, first, step, count);
  return q.map((percent) => {
    const rank = (percent / 100) * (count - 1);
    const below = Math.floor(rank);
    const t = rank - below;
    const low = select(below);
    if (t === 0) return low;
    const high = select(below + 1);
    // Interpolates from the nearer end, as numpy does, so that both ends are exact.
    return t >= 0.5 ? high - (high - low) * (1 - t) : low + (high - low) * t;
  });
}

/** A function that gives the k-th smallest value, k from 0. */
function ranks(values: PixelArray, first: number, step: number, count: number): (k: number) => number {
  if (values instanceof Uint8Array || values instanceof Uint16Array) return countedRanks(values, first, step);
  return binnedRanks(values, first, step) ?? copiedRanks(values, first, step, count);
}

function countedRanks(values: Uint8Array | Uint16Array, first: number, step: number): (k: number) => number {
  const histogram = new Uint32Array(2 ** (8 * values.BYTES_PER_ELEMENT));
  for (let i = first; i < values.length; i += step) histogram[values[i]]++;
  return (k) => {
    let value = 0;
    for (let seen = histogram[0]; seen <= k; seen += histogram[++value]);
    return value;
  };
}

/** Bins that values are first counted in; those of a bin are then sorted when a rank falls into it. */
const BINS = 16384;

/** Undefined where bins would not divide the values: hardly any range, or one that is not finite. */
function binnedRanks(values: PixelArray, first: number, step: number): ((k: number) => number) | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (let i = first; i < values.length; i += step) {
    const value = values[i];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = BINS / (high - low);
  if (!(scale > 0 && Number.isFinite(scale) && Number.isFinite(low))) return undefined;
  const last = BINS - 1;
  const counts = new Uint32Array(BINS);
  for (let i = first; i < values.length; i += step) {
    const bin = ((values[i] - low) * scale) | 0;
    counts[bin < last ? bin : last]++;
  }
  const sorted = new Map<number, Float64Array>();
  const valuesOf = (wanted: number) => {
    const found = new Float64Array(counts[wanted]);
    for (let i = first, to = 0; to < found.length; i += step) {
      const bin = ((values[i] - low) * scale) | 0;
      if ((bin < last ? bin : last) === wanted) found[to++] = values[i];
    }
    return found.sort();
  };
  return (k) => {
    let bin = 0;
    let below = 0;
    while (below + counts[bin] <= k) below += counts[bin++];
    if (!sorted.has(bin)) sorted.set(bin, valuesOf(bin));
    return sorted.get(bin)![k - below];
  };
}

function copiedRanks(values: PixelArray, first: number, step: number, count: number): (k: number) => number {
  const copy = new (values.constructor as new (length: number) => PixelArray)(count);
  for (let i = first, to = 0; i < values.length; i += step) copy[to++] = values[i];
  return (k) => select(copy, k);
}

/** The k-th smallest value by Hoare's quickselect; reorders `values`. */
export function select(values: PixelArray, k: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = middleOfThree(values[left], values[(left + right) >>> 1], values[right]);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const swap = values[i];
        values[i++] = values[j];
        values[j--] = swap;
      }
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else return values[k];
  }
  return values[k];
}

function middleOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
