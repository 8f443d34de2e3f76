/** Degrading images, so that a network can learn to restore them. */
import { castPixels } from '../image/cast.js';
import { type Image, image, spatialShape } from '../image/image.js';
import type { RandomStream } from '../image/random.js';
import { resize } from './resize.js';

export interface CrappifyOptions {
  /** Standard deviation of the noise, as a share of the largest value of the image. */
  noise: number;
  /** Pixels of a plane for each one that is left: each axis is shrunk by the square root, z of a volume too. */
  factor: number;
}

/**
 * Noise, then shrunk and enlarged again, in the number type of the image: BiaPy's degradation for self-supervision, after
 * Fang et al., Deep learning-based point-scanning super-resolution imaging, Nature Methods 2021. Noisy values are limited to
 * [0, largest]; both resizings are linear.
 */
export function crappify(picture: Image, { noise, factor }: CrappifyOptions, random: RandomStream): Image {
  const { data, dtype, shape, metadata } = picture;
  let largest = 0;
  for (const value of data) largest = Math.max(largest, value);
  const noisy = new Float64Array(data.length);
  for (let i = 0; i < noisy.length; i++) {
    const value = data[i] + random.normal(0, noise * largest);
    noisy[i] = Math.min(Math.max(value, 0), largest);
  }
  const stored = image(castPixels(noisy, dtype), shape, metadata);
  const sides = spatialShape(picture);
  const small = sides.map((side) => Math.max(Math.trunc(side / Math.sqrt(factor)), 1));
  const back = resize(resize(stored, small, { order: 1 }), sides, { order: 1 });
  return image(castPixels(back.data, dtype), shape, metadata);
}
