/** How far two images of one shape are apart. Sums are float64, whatever the images hold. */
import { integerRange, isFloat } from '../image/cast.js';
import type { Image } from '../image/image.js';

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
  const [least, greatest] = extent(target);
  const range =
    Math.max(greatest, 0) - Math.min(least, 0) || (isFloat(target.dtype) ? 1 : integerRange(target.dtype)[1]);
  const error = meanSquaredError(prediction, target) / range ** 2;
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
