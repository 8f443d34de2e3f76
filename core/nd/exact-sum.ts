/**
 * Sums of numbers that come in parts: exact, so neither the parts nor their order change a bit.
 *
 * A float64 is a whole number of 53 bits times a power of two. For each power the upper 21 and the lower 32 bits are summed in float64,
 * which holds them exactly up to 2⁵³, and carried over into a big integer before that is reached.
 */
import type { PixelArray } from '../image/image.js';

const POWERS = 2047;
/** Values before sums are carried over: of 32 bits each they stay below 2⁵³. */
const MOST = 2 ** 20;

export class ExactSum {
  #since = 0;
  readonly #high = new Float64Array(POWERS);
  readonly #low = new Float64Array(POWERS);
  #wholes = 0n;
  /** In units of 2⁻¹⁰⁷⁴. */
  #sum = 0n;
  readonly #number = new Float64Array(1);
  readonly #bits = new Uint32Array(this.#number.buffer);

  /** Adds all values; none may be NaN or infinite. */
  add(values: PixelArray): void {
    if (values instanceof Float32Array || values instanceof Float64Array) {
      for (let i = 0; i < values.length; i++) this.addOne(values[i]);
      return;
    }
    for (let first = 0; first < values.length; first += MOST) {
      const end = Math.min(first + MOST, values.length);
      let sum = 0;
      for (let i = first; i < end; i++) sum += values[i];
      this.#wholes += BigInt(sum);
    }
  }

  addOne(value: number): void {
    this.#number[0] = value;
    // The lower half first: all machines that Node runs on are little-endian.
    const [low, high] = [this.#bits[0], this.#bits[1]];
    const exponent = (high >>> 20) & 0x7ff;
    const upper = exponent === 0 ? high & 0xfffff : (high & 0xfffff) | 0x100000;
    const power = exponent === 0 ? 1 : exponent;
    if (high >>> 31 === 0) {
      this.#high[power] += upper;
      this.#low[power] += low;
    } else {
      this.#high[power] -= upper;
      this.#low[power] -= low;
    }
    if (++this.#since === MOST) this.#carry();
  }

  /** The float64 nearest to the sum. */
  value(): number {
    this.#carry();
    const sum = this.#sum + (this.#wholes << 1074n);
    const magnitude = sum < 0n ? -sum : sum;
    const excess = Math.max(4 * magnitude.toString(16).length - 64, 0);
    const shift = BigInt(excess);
    const top = magnitude >> shift;
    // What was cut off decides between two float64 that are equally near without it.
    const rounded = Number(top << shift === magnitude ? top : top | 1n);
    return (sum < 0n ? -rounded : rounded) * 2 ** (excess - 1074);
  }

  #carry(): void {
    for (let power = 1; power < POWERS; power++) {
      if (this.#high[power] === 0 && this.#low[power] === 0) continue;
      const whole = (BigInt(this.#high[power]) << 32n) + BigInt(this.#low[power]);
      this.#sum += whole << BigInt(power - 1);
    }
    this.#high.fill(0);
    this.#low.fill(0);
    this.#since = 0;
  }
}
