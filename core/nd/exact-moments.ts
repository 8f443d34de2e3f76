/**
 * Mean and deviation of float32 numbers that come in parts: sums are exact, so neither the parts nor their order change a bit.
 *
 * A float32 is a whole number of 24 bits times a power of two. For each of the 255 powers the whole numbers and their squares are summed
 * in float64, which holds them exactly up to 2⁵³, and carried over into big integers before that is reached.
 */
import type { PixelArray } from '../image/image.js';

const POWERS = 256;
const HALF = 4096;
/** Values before sums are carried over: 2²⁸ products of 24 bits stay below 2⁵³. */
const MOST = 2 ** 28;

export class ExactMoments {
  #count = 0;
  #since = 0;
  readonly #sums = new Float64Array(POWERS);
  /** Squares of (high · 2¹² + low): of the high parts, the products, and of the low parts. */
  readonly #high = new Float64Array(POWERS);
  readonly #mixed = new Float64Array(POWERS);
  readonly #low = new Float64Array(POWERS);
  /** In units of 2⁻¹⁴⁹, and of its square. */
  #sum = 0n;
  #squares = 0n;
  readonly #number = new Float32Array(1);
  readonly #bits = new Int32Array(this.#number.buffer);

  get count(): number {
    return this.#count;
  }

  /** Adds every `step`-th value from `first` on, as float32, after it was limited to `lower` and `upper`. */
  add(values: PixelArray, { first = 0, step = 1, lower = -Infinity, upper = Infinity } = {}): void {
    for (let i = first; i < values.length; i += step) {
      const value = values[i];
      this.#number[0] = value < lower ? lower : value > upper ? upper : value;
      const bits = this.#bits[0];
      const exponent = (bits >>> 23) & 0xff;
      const whole = exponent === 0 ? bits & 0x7fffff : (bits & 0x7fffff) | 0x800000;
      const power = exponent === 0 ? 1 : exponent;
      const [high, low] = [whole >> 12, whole & (HALF - 1)];
      this.#sums[power] += bits < 0 ? -whole : whole;
      this.#high[power] += high * high;
      this.#mixed[power] += high * low;
      this.#low[power] += low * low;
      if (++this.#since === MOST) this.#carry();
    }
    this.#count += Math.max(Math.ceil((values.length - first) / step), 0);
  }

  /** Adds one value as often as told. */
  addMany(value: number, times: number): void {
    if (times === 0) return;
    this.#number[0] = value;
    const bits = this.#bits[0];
    const exponent = (bits >>> 23) & 0xff;
    const whole = BigInt(exponent === 0 ? bits & 0x7fffff : (bits & 0x7fffff) | 0x800000);
    const shift = BigInt(Math.max(exponent, 1) - 1);
    this.#sum += (BigInt(times) * (bits < 0 ? -whole : whole)) << shift;
    this.#squares += (BigInt(times) * whole * whole) << (2n * shift);
    this.#count += times;
  }

  /** Of the population; NaN of no values. */
  moments(): { mean: number; deviation: number } {
    this.#carry();
    const count = BigInt(this.#count);
    const unit = 2 ** -149;
    // Whole numbers to the end: of two large squares the small difference is not lost.
    const spread = Number(count * this.#squares - this.#sum * this.#sum);
    return { mean: quotient(this.#sum, this.#count) * unit, deviation: (Math.sqrt(spread) / this.#count) * unit };
  }

  #carry(): void {
    for (let power = 1; power < POWERS; power++) {
      const shift = BigInt(power - 1);
      if (this.#sums[power] !== 0) this.#sum += BigInt(this.#sums[power]) << shift;
      const squares =
        (BigInt(this.#high[power]) << 24n) + (BigInt(this.#mixed[power]) << 13n) + BigInt(this.#low[power]);
      if (squares !== 0n) this.#squares += squares << (2n * shift);
    }
    for (const sums of [this.#sums, this.#high, this.#mixed, this.#low]) sums.fill(0);
    this.#since = 0;
  }
}

/** A big number divided by a count, to 53 bits and more. */
function quotient(dividend: bigint, divisor: number): number {
  return divisor === 0 ? Number.NaN : Number((dividend << 64n) / BigInt(divisor)) * 2 ** -64;
}
