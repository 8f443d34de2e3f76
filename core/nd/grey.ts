/** Brightness of colours as `skimage.color.rgb2gray`. */

import { type Image, image, type PixelArray } from '../image/image.js';

/** Shares of red, green and blue in the luminance (ITU-R BT.709). */
const LUMINANCE = [0.2125, 0.7154, 0.0721];

/**
 * Grey values of an image of three channels; one of a single channel stays as it is. Values are scaled to [0, 1] by the
 * range of integer types. float32, or float64 from float64.
 *
 * @throws RangeError for another number of channels.
 */
export function toGrey(picture: Image): Image {
  const channels = picture.shape[picture.shape.length - 1];
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`grey values need 1 or 3 channels, the image has ${channels}`);
  const unit = unitScale(picture.data);
  const pixels = picture.data.length / channels;
  const { data } = picture;
  const result = picture.dtype === 'float64' ? new Float64Array(pixels) : new Float32Array(pixels);
  const [red, green, blue] = LUMINANCE;
  for (let i = 0; i < pixels; i++)
    result[i] =
      channels === 1 ? data[i] * unit : (red * data[3 * i] + green * data[3 * i + 1] + blue * data[3 * i + 2]) * unit;
  return image(result, [...picture.shape.slice(0, -1), 1], picture.metadata);
}

/** Factor that brings the values of an integer type into [-1, 1]; 1 for floats. */
export function unitScale(data: PixelArray): number {
  if (data instanceof Float32Array || data instanceof Float64Array) return 1;
  const bits = 8 * data.BYTES_PER_ELEMENT;
  const signed = data instanceof Int8Array || data instanceof Int16Array || data instanceof Int32Array;
  return 1 / (2 ** (signed ? bits - 1 : bits) - 1);
}
