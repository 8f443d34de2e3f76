/** Gradients of images by Sobel's operator. */

import { type Image, image } from '../image/image.js';
import { correlateAxis } from './correlate.js';

/**
 * The difference of both neighbours along one axis, summed across with weights 1, 2, 1, of an array in C order: `scipy.ndimage.sobel` over
 * the axes `0 … axes − 1`. Values outside are those of the edge, mirrored.
 */
export function sobelAxis(
  values: Float64Array,
  shape: readonly number[],
  axis: number,
  axes = shape.length,
): Float64Array {
  let result = correlateAxis(values, shape, axis, Float64Array.of(-1, 0, 1));
  for (let other = 0; other < axes; other++)
    if (other !== axis) result = correlateAxis(result, shape, other, Float64Array.of(1, 2, 1));
  return result;
}

/** Strength of the edges of each channel as `skimage.filters.sobel`; float32, or float64 from float64. */
export function sobel(picture: Image): Image {
  const axes = picture.shape.length - 1;
  const values = new Float64Array(picture.data);
  const squares = new Float64Array(values.length);
  // The difference of the two neighbours stays whole; the weights across sum to 1.
  const scale = 1 / 4 ** (axes - 1);
  for (let axis = 0; axis < axes; axis++) {
    const slope = sobelAxis(values, picture.shape, axis, axes);
    for (let i = 0; i < slope.length; i++) squares[i] += (slope[i] * scale) ** 2;
  }
  for (let i = 0; i < squares.length; i++) squares[i] = Math.sqrt(squares[i] / axes);
  return image(picture.dtype === 'float64' ? squares : new Float32Array(squares), picture.shape, picture.metadata);
}
