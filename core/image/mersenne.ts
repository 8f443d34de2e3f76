/**
 * numpy's legacy generator, as far as scikit-learn's splits draw from it.
 *
 * MT19937, M. Matsumoto and T. Nishimura, ACM TOMACS 8 (1998); seeding, interval and shuffle as in
 * `numpy.random.RandomState`, whose stream numpy keeps fixed.
 */

const SIZE = 624;
const SHIFT = 397;

export class MersenneTwister {
  readonly #state = new Uint32Array(SIZE);
  #index = SIZE;

  /** `seed` is an integer in [0, 2^32). */
  constructor(seed: number) {
    this.#state[0] = seed >>> 0;
    for (let i = 1; i < SIZE; i++) {
      const previous = this.#state[i - 1];
      this.#state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** 32 random bits. */
  word(): number {
    if (this.#index === SIZE) this.#twist();
    let y = this.#state[this.#index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform integer in [0, max], by masking and rejection. */
  interval(max: number): number {
    if (max === 0) return 0;
    const mask = 2 ** (32 - Math.clz32(max)) - 1;
    let value = (this.word() & mask) >>> 0;
    while (value > max) value = (this.word() & mask) >>> 0;
    return value;
  }

  /** Shuffles in place, as `RandomState.shuffle`. */
  shuffle(values: number[]): number[] {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.interval(i);
      [values[i], values[j]] = [values[j], values[i]];
    }
    return values;
  }

  /** The numbers 0 … n−1 in random order, as `RandomState.permutation`. */
  permutation(n: number): number[] {
    return this.shuffle(Array.from({ length: n }, (_, i) => i));
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }
}
