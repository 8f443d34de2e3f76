/** How far two images of one shape are apart. Sums are float64, whatever the images hold. */
import { integerRange, isFloat } from '../image/cast.js';
import type { DType, Image } from '../image/image.js';
import type { PartMeasure } from '../image/part-measure.js';

/** Mean of |a − b|. */
export function meanAbsoluteError(a: Image, b: Image): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i] - b.data[i]);
  return sum / a.data.length;
}

/** Mean of (a − b)². */
export function meanSquaredError(a: Image, b: Image): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i] - b.data[i]) ** 2;
  return sum / a.data.length;
}

/** Least and greatest value of an image. */
export function extent({ data }: Image): [least: number, greatest: number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}

/** Peak signal-to-noise ratio of equal images, whose true one is infinite. */
export const HIGHEST_PSNR = 100;

/**
 * `10·log10(range²/MSE)` in dB, with range = max(target, 0) − min(target, 0): BiaPy's, from the metric library that it
 * uses. At most {@link HIGHEST_PSNR}. A target that is 0 everywhere has no range; that of its number type is taken.
 */
export function peakSignalToNoise(prediction: Image, target: Image): number {
  return signalToNoise(meanSquaredError(prediction, target), extent(target), target.dtype);
}

function signalToNoise(squared: number, [least, greatest]: readonly [number, number], dtype: DType): number {
  const range = Math.max(greatest, 0) - Math.min(least, 0) || (isFloat(dtype) ? 1 : integerRange(dtype)[1]);
  const error = squared / range ** 2;
  return error === 0 ? HIGHEST_PSNR : Math.min(-10 * Math.log10(error), HIGHEST_PSNR);
}

/** Pearson's correlation of all values; 0 when one of the images is flat. */
export function pearson(a: Image, b: Image): number {
  const count = a.data.length;
  let [sumA, sumB] = [0, 0];
  for (let i = 0; i < count; i++) {
    sumA += a.data[i];
    sumB += b.data[i];
  }
  const [meanA, meanB] = [sumA / count, sumB / count];
  let [product, sizeA, sizeB] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [x, y] = [a.data[i] - meanA, b.data[i] - meanB];
    product += x * y;
    sizeA += x * x;
    sizeB += y * y;
  }
  return sizeA === 0 || sizeB === 0 ? 0 : product / Math.sqrt(sizeA * sizeB);
}

/** A mean over all values, of images that come in parts. */
export class MeanInParts implements PartMeasure {
  private sum = 0;
  private count = 0;

  /** @param mean of one part. */
  constructor(private readonly mean: (a: Image, b: Image) => number) {}

  add(a: Image, b: Image): void {
    this.sum += this.mean(a, b) * b.data.length;
    this.count += b.data.length;
  }

  result(): number {
    return this.sum / this.count;
  }
}

/** Least and greatest value of images that come in parts. */
export class ExtentInParts {
  least = Number.POSITIVE_INFINITY;
  greatest = Number.NEGATIVE_INFINITY;

  add(part: Image): void {
    const [least, greatest] = extent(part);
    this.least = Math.min(this.least, least);
    this.greatest = Math.max(this.greatest, greatest);
  }
}

/** {@link peakSignalToNoise} of images that come in parts. */
export class SignalToNoiseInParts implements PartMeasure {
  private readonly error = new MeanInParts(meanSquaredError);
  private readonly range = new ExtentInParts();
  private dtype: DType = 'float32';

  add(prediction: Image, target: Image): void {
    this.error.add(prediction, target);
    this.range.add(target);
    this.dtype = target.dtype;
  }

  result(): number {
    return signalToNoise(this.error.result(), [this.range.least, this.range.greatest], this.dtype);
  }
}

/** {@link pearson} of images that come in parts: their means first, then what lies around them. */
export class PearsonInParts implements PartMeasure {
  private count = 0;
  private readonly sums = [0, 0];
  private means: [number, number] | undefined;
  private readonly products = { both: 0, a: 0, b: 0 };

  add({ data: a }: Image, { data: b }: Image): void {
    if (!this.means) {
      this.count += a.length;
      for (const value of a) this.sums[0] += value;
      for (const value of b) this.sums[1] += value;
      return;
    }
    const [meanA, meanB] = this.means;
    for (let i = 0; i < a.length; i++) {
      const [x, y] = [a[i] - meanA, b[i] - meanB];
      this.products.both += x * y;
      this.products.a += x * x;
      this.products.b += y * y;
    }
  }

  again(): boolean {
    if (this.means) return false;
    this.means = [this.sums[0] / this.count, this.sums[1] / this.count];
    return true;
  }

  result(): number {
    const { both, a, b } = this.products;
    return a === 0 || b === 0 ? 0 : both / Math.sqrt(a * b);
  }
}
