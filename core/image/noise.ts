/**
 * Random numbers by the million, for noise in images: a fast generator that is seeded by a {@link RandomStream}, so its
 * numbers are as reproducible as those of the stream.
 *
 * xoshiro128++ (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021); normal numbers by
 * the ziggurat (G. Marsaglia, W. W. Tsang, J. Statistical Software 5, 2000); Poisson numbers by transformed rejection
 * (W. Hörmann, Insurance: Mathematics and Economics 12, 1993), below a mean of 10 by multiplication.
 */
import type { RandomStream } from './random.js';

const LAYERS = 128;
const TAIL = 3.442619855899;
const table = makeZiggurat();

export class Noise {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(stream: RandomStream) {
    const word = () => stream.integer(0, 2 ** 32) | 0;
    [this.a, this.b, this.c] = [word(), word(), word()];
    // Not all four words may be zero.
    this.d = word() | 1;
  }

  /** 32 random bits as a signed integer. */
  private word(): number {
    const sum = (this.a + this.d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + this.a) | 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** Uniform in [0, 1), in steps of 2⁻³². */
  uniform(): number {
    return (this.word() >>> 0) / 2 ** 32;
  }

  /** Uniform in [-1, 1) at every `step`th place of a list from `first` on; the numbers are those of {@link uniform}. */
  fillSymmetric(values: Float32Array, first = 0, step = 1): void {
    let { a, b, c, d } = this;
    for (let i = first; i < values.length; i += step) {
      const sum = (a + d) | 0;
      const word = (((sum << 7) | (sum >>> 25)) + a) | 0;
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
      values[i] = (word >>> 0) / 2 ** 31 - 1;
    }
    [this.a, this.b, this.c, this.d] = [a, b, c, d];
  }

  /** Standard normal. */
  normal(): number {
    for (;;) {
      const value = this.word();
      const layer = this.word() & (LAYERS - 1);
      const x = value * table.width[layer];
      if (Math.abs(value) < table.inside[layer]) return x;
      if (layer === 0) {
        const beyond = this.tail();
        return value < 0 ? -beyond : beyond;
      }
      const { height } = table;
      if (height[layer] + this.uniform() * (height[layer - 1] - height[layer]) < Math.exp(-0.5 * x * x)) return x;
    }
  }

  private tail(): number {
    for (;;) {
      const x = -Math.log(1 - this.uniform()) / TAIL;
      const y = -Math.log(1 - this.uniform());
      if (2 * y > x * x) return TAIL + x;
    }
  }

  /** A count whose mean (0 or more) is given; a mean that is no finite number is given back. */
  poisson(mean: number): number {
    if (mean < 10) {
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
      return count;
    }
    // The rejection below would go on for ever.
    if (!Number.isFinite(mean)) return mean;
    const root = Math.sqrt(mean);
    const b = 0.931 + 2.53 * root;
    const a = -0.059 + 0.02483 * b;
    const inverse = 1.1239 + 1.1328 / (b - 3.4);
    const edge = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const distance = 0.5 - Math.abs(u);
      const count = Math.floor(((2 * a) / distance + b) * u + mean + 0.43);
      if (distance >= 0.07 && v <= edge) return count;
      if (count < 0 || (distance < 0.013 && v > distance)) continue;
      const left = Math.log(v) + Math.log(inverse) - Math.log(a / (distance * distance) + b);
      if (left <= -mean + count * Math.log(mean) - logFactorial(count)) return count;
    }
  }
}

/** Stirling's series; below 10 the product itself. */
function logFactorial(n: number): number {
  if (n < 10) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046727 + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** Right ends, heights and quick tests of the layers of equal area under the bell curve. */
function makeZiggurat() {
  const area = 9.91256303526217e-3;
  const scale = 2 ** 31;
  const inside = new Float64Array(LAYERS);
  const width = new Float64Array(LAYERS);
  const height = new Float64Array(LAYERS);
  const bell = (x: number) => Math.exp(-0.5 * x * x);
  let end = TAIL;
  const base = area / bell(end);
  inside[0] = (end / base) * scale;
  inside[1] = 0;
  width[0] = base / scale;
  width[LAYERS - 1] = end / scale;
  height[0] = 1;
  height[LAYERS - 1] = bell(end);
  for (let layer = LAYERS - 2, before = end; layer >= 1; layer--, before = end) {
    end = Math.sqrt(-2 * Math.log(area / before + bell(before)));
    inside[layer + 1] = (end / before) * scale;
    height[layer] = bell(end);
    width[layer] = end / scale;
  }
  return { inside, width, height };
}
