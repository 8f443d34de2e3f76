/** Percentiles of numpy's default kind: linear interpolation between neighbours in rank. */

import { endianness } from 'node:os';
import type { PixelArray } from '../image/image.js';
import { countsOf } from './moments.js';

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
  const few = count < FEW && values.BYTES_PER_ELEMENT > 1;
  const places = q.map((percent) => (percent / 100) * (count - 1));
  const wanted = places.flatMap((place) => [Math.floor(place), Math.min(Math.floor(place) + 1, count - 1)]);
  const select = few ? sortedRanks(values, first, step, count) : ranks(values, first, step, wanted);
  return places.map((place) => {
    const below = Math.floor(place);
    const t = place - below;
    const low = select(below);
    if (t === 0) return low;
    const high = select(below + 1);
    // Interpolates from the nearer end, as numpy does, so that both ends are exact.
    return t >= 0.5 ? high - (high - low) * (1 - t) : low + (high - low) * t;
  });
}

/** Below this sorting takes less time than counting in many bins. */
const FEW = 8192;

function sortedRanks(values: PixelArray, first: number, step: number, count: number): (k: number) => number {
  const sorted = Float64Array.from({ length: count }, (_, i) => values[first + i * step]).sort();
  return (k) => sorted[k];
}

/** A function that gives the k-th smallest value, k from 0, for the ranks `wanted`. */
function ranks(values: PixelArray, first: number, step: number, wanted: readonly number[]): (k: number) => number {
  switch (values.BYTES_PER_ELEMENT) {
    case 1:
    case 2:
      return countedRanks(values, first, step);
    default:
      return sampledRanks(values, first, step, wanted) ?? digitRanks(values, first, step, wanted);
  }
}

const SAMPLE = 4096;
/** How far ranks in the sample may be from those in all values, in standard deviations of a random sample. */
const CERTAIN = 5;

/**
 * A sample tells between which values a rank lies by all likelihood; one pass then counts what is below and keeps what is
 * between. Undefined where that was not so, or too much lies between, such as equal values.
 */
function sampledRanks(
  values: PixelArray,
  first: number,
  step: number,
  wanted: readonly number[],
): ((k: number) => number) | undefined {
  const count = Math.ceil((values.length - first) / step);
  if (count < 16 * SAMPLE) return undefined;
  const sample = Float64Array.from(
    { length: SAMPLE },
    (_, i) => values[first + Math.floor(((i + 0.5) * count) / SAMPLE) * step],
  ).sort();
  const kept = new Float64Array(count >> 4);
  const found = new Map<number, number>();
  for (const k of wanted) {
    if (found.has(k)) continue;
    const share = k / count;
    const margin = CERTAIN * (Math.sqrt(SAMPLE * share * (1 - share)) + 1);
    const [from, to] = [Math.floor(SAMPLE * share - margin), Math.ceil(SAMPLE * share + margin)];
    const low = from < 0 ? -Infinity : sample[from];
    const high = to >= SAMPLE ? Infinity : sample[to];
    const { below, between } = split(values, first, step, low, high, kept);
    if (between > kept.length) return undefined;
    const sorted = kept.subarray(0, between).sort();
    // Neighbours in rank lie in the same part, mostly.
    for (const other of wanted) if (other >= below && other < below + between) found.set(other, sorted[other - below]);
    if (!found.has(k)) return undefined;
  }
  return (k) => found.get(k)!;
}

/** Counts the values below `low`, and keeps those up to `high`, as many as there is room for. */
function split(
  values: PixelArray,
  first: number,
  step: number,
  low: number,
  high: number,
  kept: Float64Array,
): { below: number; between: number } {
  let [below, between] = [0, 0];
  for (let i = first; i < values.length; i += step) {
    const value = values[i];
    if (value < low) below++;
    else if (value <= high) kept[between++] = value;
  }
  return { below, between };
}

/** Values of 8 and 16 bits are counted one by one. */
function countedRanks(values: PixelArray, first: number, step: number): (k: number) => number {
  if (values instanceof Uint8Array || values instanceof Uint16Array) {
    const counts = countsOf(values, first, step);
    return (k) => binOf(counts, k).bin;
  }
  const bins = 2 ** (8 * values.BYTES_PER_ELEMENT);
  const least = -bins / 2;
  const counts = new Uint32Array(bins);
  for (let i = first; i < values.length; i += step) counts[values[i] - least]++;
  return (k) => binOf(counts, k).bin + least;
}

/** The bin that the k-th smallest value was counted in, and its rank among those in it. */
function binOf(counts: Uint32Array, k: number): { bin: number; rank: number } {
  let bin = 0;
  let rank = k;
  while (rank >= counts[bin]) rank -= counts[bin++];
  return { bin, rank };
}

const DIGITS = 65536;
const SIGN = -0x80000000;

/**
 * Values of 32 and 64 bits by their digits in the base 65536: one pass counts the highest digit of all, another one the
 * next digit of those that are alike in the first with a wanted rank. Values of 64 bits alike in both are sorted.
 */
function digitRanks(values: PixelArray, first: number, step: number, wanted: readonly number[]): (k: number) => number {
  const size = values.BYTES_PER_ELEMENT / 4;
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * size);
  const start = first * size + (size === 2 && endianness() === 'LE' ? 1 : 0);
  // Turned so that keys are in the order of the numbers: bits of floating-point numbers run backwards below 0.
  const sign = values instanceof Uint32Array ? 0 : SIGN;
  const backwards = values instanceof Float32Array || values instanceof Float64Array ? 0x7fffffff : 0;
  const leading = new Uint32Array(DIGITS);
  for (let i = start; i < words.length; i += step * size) {
    const word = words[i];
    leading[(word ^ ((word >> 31) & backwards) ^ sign) >>> 16]++;
  }

  const slots = new Uint16Array(DIGITS);
  const following: Uint32Array[] = [];
  for (const { bin } of wanted.map((k) => binOf(leading, k)))
    if (slots[bin] === 0) slots[bin] = following.push(new Uint32Array(DIGITS));
  for (let i = start; i < words.length; i += step * size) {
    const word = words[i];
    const key = word ^ ((word >> 31) & backwards) ^ sign;
    const slot = slots[key >>> 16];
    if (slot > 0) following[slot - 1][key & 0xffff]++;
  }

  const word = new Int32Array(1);
  const number = new (values.constructor as new (buffer: ArrayBuffer) => PixelArray)(new ArrayBuffer(8));
  const sorted = new Map<number, Float64Array>();
  const alike = (high: number, count: number): Float64Array => {
    const found = new Float64Array(count);
    for (let i = start, to = 0; to < count; i += step * size)
      if (words[i] === high) found[to++] = values[(i - (i % 2)) / 2];
    return found.sort();
  };
  return (k) => {
    const { bin, rank } = binOf(leading, k);
    const counts = following[slots[bin] - 1];
    const next = binOf(counts, rank);
    const key = (bin << 16) | next.bin;
    word[0] = key ^ sign ^ (key >= 0 ? backwards : 0);
    if (size === 2) {
      if (!sorted.has(key)) sorted.set(key, alike(word[0], counts[next.bin]));
      return sorted.get(key)![next.rank];
    }
    new Int32Array(number.buffer)[0] = word[0];
    return number[0];
  };
}
