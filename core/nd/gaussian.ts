/** Gaussian blur with the truncated kernel of `scipy.ndimage.gaussian_filter`. */

import { type Image, image } from '../image/image.js';
import { correlateAxis, type Floats } from './correlate.js';
import type { SplineBorder } from './spline.js';

export interface GaussianOptions {
  /** What lies outside the image; default `symmetric`, scipy's `reflect`. */
  border?: SplineBorder;
  /** The value outside with the border `constant`. */
  fill?: number;
  /** Standard deviations after which the kernel ends. */
  truncate?: number;
}

/**
 * Blurs an image `[y, x, c]` or `[z, y, x, c]`, each channel alone.
 *
 * @param sigma standard deviation in pixels, one for all spatial axes, or one for each; a further one blurs over channels.
 *   Axes with 0 stay as they are.
 * @returns float32, or float64 from float64 and 32-bit integers, in the range of the input.
 */
export function gaussian(picture: Image, sigma: number | readonly number[], options: GaussianOptions = {}): Image {
  const { data, dtype } = picture;
  const wide = dtype === 'float64' || dtype === 'int32' || dtype === 'uint32';
  const values = data instanceof Float32Array ? data : wide ? new Float64Array(data) : new Float32Array(data);
  const blurred = gaussianValues(values, picture.shape, sigma, options);
  return image(blurred === data ? data.slice() : blurred, picture.shape, picture.metadata);
}

/**
 * The blur of an array in C order whose last axis is channels, in the precision of the values.
 *
 * @returns a new array, or the values themselves where no axis is blurred.
 */
export function gaussianValues<Values extends Floats>(
  values: Values,
  shape: readonly number[],
  sigma: number | readonly number[],
  { border = 'symmetric', fill = 0, truncate = 4 }: GaussianOptions = {},
): Values {
  const sigmas = typeof sigma === 'number' ? new Array<number>(shape.length - 1).fill(sigma) : sigma;
  if (sigmas.length < shape.length - 1 || sigmas.some((deviation) => !(deviation >= 0)))
    throw new RangeError(`standard deviations ${sigmas.join(', ')} do not fit an image of shape ${shape.join('×')}`);
  let blurred = values;
  for (const [axis, deviation] of sigmas.entries()) {
    if (!(deviation > 1e-15)) continue;
    const result = blurred === values ? undefined : blurred;
    blurred = correlateAxis(blurred, shape, axis, kernel(deviation, truncate), border, fill, result);
  }
  return blurred;
}

/** Pixels on both sides that the blur of a pixel looks at. @param truncate as in {@link GaussianOptions}. */
export function gaussianRadius(deviation: number, truncate = 4): number {
  return deviation > 1e-15 ? Math.trunc(truncate * deviation + 0.5) : 0;
}

/** Samples of the bell curve that sum to 1, out to `truncate` deviations. */
function kernel(deviation: number, truncate: number): Float64Array {
  const radius = gaussianRadius(deviation, truncate);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp((-0.5 / (deviation * deviation)) * (i - radius) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
