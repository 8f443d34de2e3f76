/**
 * Percentiles of float32 numbers that come in parts and twice: exact, as numpy's, in whatever order the parts come.
 *
 * The first pass counts numbers by their leading 16 bits, the second one by the other 16 those that are alike in the leading
 * ones with a wanted rank.
 */
import type { PixelArray } from '../image/image.js';

const DIGITS = 65536;

export class StreamedPercentiles {
  readonly #leading = new Float64Array(DIGITS);
  #following: Map<number, Float64Array> | undefined;
  #count = 0;
  readonly #number = new Float32Array(1);
  readonly #bits = new Int32Array(this.#number.buffer);

  /** @param percentiles each in [0, 100]. */
  constructor(readonly percentiles: readonly number[]) {}

  /** Counts a part of the values: every `step`-th one from `first` on, as float32; none may be NaN. */
  add(values: PixelArray, { first = 0, step = 1 } = {}): void {
    for (let i = first; i < values.length; i += step) {
      const key = this.#key(values[i]);
      if (!this.#following) this.#leading[key >>> 16]++;
      else {
        const counts = this.#following.get(key >>> 16);
        if (counts) counts[key & 0xffff]++;
      }
    }
    if (!this.#following) this.#count += Math.max(Math.ceil((values.length - first) / step), 0);
  }

  /** Counts one value as often as told. */
  addMany(value: number, times: number): void {
    const key = this.#key(value);
    if (this.#following) {
      const counts = this.#following.get(key >>> 16);
      if (counts) counts[key & 0xffff] += times;
      return;
    }
    this.#leading[key >>> 16] += times;
    this.#count += times;
  }

  /** Ends the first pass: the same values are to come again. @throws RangeError when none came. */
  again(): void {
    if (this.#count === 0) throw new RangeError('percentiles of no values');
    this.#following = new Map();
    for (const { below } of this.#places())
      for (const rank of [below, Math.min(below + 1, this.#count - 1)])
        this.#following.set(binOf(this.#leading, rank).bin, new Float64Array(DIGITS));
  }

  /** The percentiles, after the second pass. */
  result(): number[] {
    return this.#places().map(({ below, share }) => {
      const low = this.#select(below);
      if (share === 0) return low;
      const high = this.#select(below + 1);
      // Interpolates from the nearer end, as numpy does, so that both ends are exact.
      return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share;
    });
  }

  #places(): { below: number; share: number }[] {
    return this.percentiles.map((percentile) => {
      const place = (percentile / 100) * (this.#count - 1);
      return { below: Math.floor(place), share: place - Math.floor(place) };
    });
  }

  #select(rank: number): number {
    const { bin, left } = binOf(this.#leading, rank);
    const key = (bin << 16) | binOf(this.#following!.get(bin)!, left).bin;
    // Turned back: bits of numbers below 0 run backwards.
    this.#bits[0] = key < 0 ? key ^ 0x80000000 : ~key;
    return this.#number[0];
  }

  /** Bits in the order of the numbers, as an unsigned whole number. */
  #key(value: number): number {
    // 0 and −0 are the same number.
    this.#number[0] = value + 0;
    const bits = this.#bits[0];
    return (bits < 0 ? ~bits : bits | 0x80000000) >>> 0;
  }
}

function binOf(counts: Float64Array, rank: number): { bin: number; left: number } {
  let bin = 0;
  let left = rank;
  while (left >= counts[bin]) left -= counts[bin++];
  return { bin, left };
}
