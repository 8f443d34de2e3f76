/** Range, mean and deviation of the values of an array. */

import type { PixelArray } from '../image/image.js';
import { byteSums } from './byte-sums.js';

/** Least and greatest value; `finite` is false where there is NaN or infinity among them. */
export interface Range {
  min: number;
  max: number;
  finite: boolean;
}

/** Range of every `step`-th value from `first` on: of one channel of an interleaved image. */
export function rangeOf(values: PixelArray, first = 0, step = 1): Range {
  let min = Infinity;
  let max = -Infinity;
  if (!(values instanceof Float32Array || values instanceof Float64Array)) {
    for (let i = first; i < values.length; i += step) {
      const value = values[i];
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return { min, max, finite: true };
  }
  // Stays 0 unless a value is NaN or infinite.
  let trace = 0;
  for (let i = first; i < values.length; i += step) {
    const value = values[i];
    if (value < min) min = value;
    if (value > max) max = value;
    trace += value - value;
  }
  return { min, max, finite: trace === 0 };
}

/**
 * Mean and standard deviation (of the population) of every `step`-th value from `first` on, after values were limited to
 * `lower` and `upper`. Integers of 8 and 16 bits are counted first, or summed exactly; of no values NaN.
 */
export function momentsOf(
  values: PixelArray,
  { first = 0, step = 1, lower = -Infinity, upper = Infinity } = {},
): { mean: number; deviation: number } {
  if (values instanceof Uint8Array && step === 1 && lower === -Infinity && upper === Infinity)
    return momentsOfBytes(first > 0 ? values.subarray(first) : values);
  if (values instanceof Uint8Array || values instanceof Uint16Array) {
    return momentsOfCounts(countsOf(values, first, step), lower, upper);
  }
  let sum = 0;
  let count = 0;
  for (let i = first; i < values.length; i += step, count++) {
    const value = values[i];
    sum += value < lower ? lower : value > upper ? upper : value;
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = first; i < values.length; i += step) {
    const value = values[i];
    const distance = (value < lower ? lower : value > upper ? upper : value) - mean;
    squares += distance * distance;
  }
  return { mean, deviation: Math.sqrt(squares / count) };
}

/** How often each number of 8 or 16 bits occurs among every `step`-th value from `first` on. */
export function countsOf(values: Uint8Array | Uint16Array, first = 0, step = 1): Uint32Array {
  const bins = 2 ** (8 * values.BYTES_PER_ELEMENT);
  const counts = new Uint32Array(bins);
  let i = first;
  if (bins === 256 && step === 1) {
    // Neighbours are often alike, and a count that was just written is not there at once: four tables take turns.
    const four = new Uint32Array(4 * bins);
    for (; i + 3 < values.length; i += 4) {
      four[values[i]]++;
      four[256 + values[i + 1]]++;
      four[512 + values[i + 2]]++;
      four[768 + values[i + 3]]++;
    }
    for (let bin = 0; bin < bins; bin++) counts[bin] = four[bin] + four[256 + bin] + four[512 + bin] + four[768 + bin];
  }
  for (; i < values.length; i += step) counts[values[i]]++;
  return counts;
}

function momentsOfBytes(values: Uint8Array): { mean: number; deviation: number } {
  const { sum, squares } = byteSums(values);
  const count = values.length;
  // Whole numbers of any size: the difference of two large ones must not lose the small deviation of a flat image.
  const spread = Number(BigInt(count) * BigInt(squares) - BigInt(sum) ** 2n);
  return { mean: sum / count, deviation: Math.sqrt(spread) / count };
}

function momentsOfCounts(counts: Uint32Array, lower: number, upper: number): { mean: number; deviation: number } {
  const limited = (value: number) => Math.min(Math.max(value, lower), upper);
  let sum = 0;
  let count = 0;
  for (let value = 0; value < counts.length; value++) {
    count += counts[value];
    if (counts[value] > 0) sum += counts[value] * limited(value);
  }
  const mean = sum / count;
  let squares = 0;
  for (let value = 0; value < counts.length; value++)
    if (counts[value] > 0) squares += counts[value] * (limited(value) - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / count) };
}
