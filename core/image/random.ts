/**
 * Random numbers that are a pure function of (seed, epoch, sample, node): no state is shared, so neither the number of
 * workers nor a resumed run changes a result.
 *
 * Philox4x32-10, J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */

/** What a stream of random numbers belongs to. */
export interface RandomKey {
  /** `SYSTEM.SEED`; an integer. */
  seed: number;
  /** From 0. */
  epoch?: number;
  /** Index of the sample in its data set, from 0. */
  sample?: number;
  /** Id of the node that draws. */
  node?: string;
}

type Words = [number, number, number, number];

/** One block of Philox4x32-10: four 32-bit words from a counter of four and a key of two. */
export function philox(counter: Readonly<Words>, key: readonly [number, number]): Words {
  const block = new Uint32Array(4);
  fillBlock(block, counter, key);
  return [block[0], block[1], block[2], block[3]];
}

/**
 * {@link philox} into a given array. A network has millions of weights to draw, so no arrays are made on the way and all
 * is done on 32-bit integers, which are signed until they are stored.
 */
function fillBlock(block: Uint32Array, counter: Readonly<Words>, key: readonly [number, number]): void {
  let x0 = counter[0] | 0;
  let x1 = counter[1] | 0;
  let x2 = counter[2] | 0;
  let x3 = counter[3] | 0;
  let k0 = key[0] | 0;
  let k1 = key[1] | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(0xd251, 0x1f53, x0);
    const high1 = highProduct(0xcd9e, 0x8d57, x2);
    const low0 = Math.imul(0xd2511f53, x0);
    const low1 = Math.imul(0xcd9e8d57, x2);
    x0 = high1 ^ x1 ^ k0;
    x1 = low1;
    x2 = high0 ^ x3 ^ k1;
    x3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  block[0] = x0;
  block[1] = x1;
  block[2] = x2;
  block[3] = x3;
}

/** What the words of the key grow by from round to round: golden ratio and √3 − 1, as signed integers. */
const WEYL_0 = 0x9e3779b9 | 0;
const WEYL_1 = 0xbb67ae85 | 0;

/** High 32 bits of the product of two unsigned numbers, the first given as its halves of 16 bits. */
function highProduct(aHigh: number, aLow: number, b: number): number {
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const other = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** FNV-1a, so that every node name gives its own key. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** Numbers of one {@link RandomKey}; the same key always gives the same numbers. */
export class RandomStream {
  /** What the stream was made from: the same key gives the same numbers in another thread. */
  readonly key: RandomKey;
  readonly #key: [number, number];
  readonly #counter: Words;
  readonly #block = new Uint32Array(4);
  #used = 4;
  #spare: number | undefined;

  constructor(key: RandomKey) {
    const { seed, epoch = 0, sample = 0, node = '' } = key;
    this.key = key;
    this.#key = [seed >>> 0, hash(node)];
    // The second word keeps large or negative seeds apart; the first counts blocks.
    this.#counter = [0, Math.floor(seed / 2 ** 32) >>> 0, epoch >>> 0, sample >>> 0];
  }

  /** 32 random bits. */
  #word(): number {
    if (this.#used === 4) {
      fillBlock(this.#block, this.#counter, this.#key);
      this.#counter[0] = (this.#counter[0] + 1) >>> 0;
      this.#used = 0;
    }
    return this.#block[this.#used++];
  }

  /** Uniform in [low, high), with 53 random bits. */
  uniform(low = 0, high = 1): number {
    const unit = ((this.#word() >>> 5) * 2 ** 26 + (this.#word() >>> 6)) / 2 ** 53;
    return low + (high - low) * unit;
  }

  /** Uniform integer in [low, high), without bias. Throws RangeError when there is none. */
  integer(low: number, high: number): number {
    const span = high - low;
    if (!(span >= 1 && span <= 2 ** 32)) throw new RangeError(`no integer to draw from [${low}, ${high})`);
    const limit = 2 ** 32 - (2 ** 32 % span);
    let word = this.#word();
    while (word >= limit) word = this.#word();
    return low + (word % span);
  }

  /** True with a probability in [0, 1]. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Normal distribution by the method of Box and Muller. */
  normal(mean = 0, deviation = 1): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return mean + deviation * value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return mean + deviation * radius * Math.cos(angle);
  }

  /** The numbers 0 … n−1 in random order (Fisher–Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/** A stream of random numbers for a key. */
export function randomStream(key: RandomKey): RandomStream {
  return new RandomStream(key);
}

/** Streams of one job, whose seed is fixed. */
export type RandomSource = (key: Omit<RandomKey, 'seed'>) => RandomStream;
