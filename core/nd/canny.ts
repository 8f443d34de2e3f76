/**
 * Canny's edge detector as `skimage.feature.canny`.
 *
 * J. Canny, "A computational approach to edge detection", IEEE Trans. PAMI 8 (1986).
 */

import { type Image, image } from '../image/image.js';
import { gaussianValues } from './gaussian.js';
import { toGrey, unitScale } from './grey.js';
import { sobelAxis } from './sobel.js';

export interface CannyOptions {
  /** Standard deviation of the blur before, in pixels. */
  sigma?: number;
  /** Slope above which an edge goes on, in units of the image; default a tenth of the type's maximum (1 for floats). */
  low?: number;
  /** Slope above which an edge begins; default a fifth of the type's maximum. */
  high?: number;
}

/**
 * Edges of one pixel's width.
 *
 * @param picture `[y, x, c]` with one channel, or three of which the luminance is taken (in [0, 1], as are then the limits).
 * @returns uint8 `[y, x, 1]`, 255 on edges.
 * @throws RangeError for volumes, other numbers of channels, or a lower limit above the upper one.
 */
export function canny(picture: Image, { sigma = 1, low, high }: CannyOptions = {}): Image {
  if (picture.shape.length !== 3) throw new RangeError('edges are found in images, not in volumes');
  const [height, width, channels] = picture.shape;
  const unit = channels === 1 ? unitScale(picture.data) : 1;
  const [least, most] = [low === undefined ? 0.1 : low * unit, high === undefined ? 0.2 : high * unit];
  if (most < least)
    throw new RangeError(`the lower limit ${low ?? 0.1 / unit} is above the upper one, ${high ?? 0.2 / unit}`);
  const shape = [height, width, 1];
  const grey = toGrey(channels === 3 ? image(new Float64Array(scaled(picture)), picture.shape) : wide(picture));
  const blur = { border: 'constant', fill: 0 } as const;
  const smoothed = gaussianValues(grey.data as Float64Array, shape, sigma, blur);
  // What the blur lost at the border, where it met zeros.
  const present = gaussianValues(new Float64Array(smoothed.length).fill(1), shape, sigma, blur);
  for (let i = 0; i < smoothed.length; i++) smoothed[i] /= present[i] + Number.EPSILON;
  const down = sobelAxis(smoothed, [height, width], 0);
  const right = sobelAxis(smoothed, [height, width], 1);
  const strength = down.map((slope, i) => Math.hypot(slope, right[i]));
  const ridge = new Uint8Array(strength.length);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (strength[at] >= least && isRidge(strength, down[at], right[at], at, width)) ridge[at] = 1;
    }
  return image(follow(ridge, strength, most, width), shape, picture.metadata);
}

function wide(picture: Image): Image {
  return image(new Float64Array(scaled(picture)), picture.shape, picture.metadata);
}

function scaled(picture: Image): Float64Array {
  const unit = unitScale(picture.data);
  return Float64Array.from(picture.data, (value) => value * unit);
}

/** No neighbour up or down the slope is higher; between two pixels the height is interpolated. */
function isRidge(strength: Float64Array, down: number, right: number, at: number, width: number): boolean {
  const height = strength[at];
  if (height === 0) return false;
  const [steep, flat] = [Math.abs(down), Math.abs(right)];
  const sameSign = (down >= 0 && right >= 0) || (down <= 0 && right <= 0);
  const opposite = (down <= 0 && right >= 0) || (down >= 0 && right <= 0);
  /** Along `main` the whole step, along `other` a share of it, both ways. */
  const higher = (main: number, other: number, weight: number) =>
    [1, -1].every(
      (way) => strength[at + way * (main + other)] * weight + strength[at + way * main] * (1 - weight) <= height,
    );
  // Later cases decide where a slope fits several, as in scikit-image.
  let found = false;
  if (sameSign && steep >= flat) found = higher(width, 1, flat / steep);
  if (sameSign && steep <= flat) found = higher(1, width, steep / flat);
  if (opposite && steep <= flat) found = higher(1, -width, steep / flat);
  if (opposite && steep >= flat) found = higher(-width, 1, flat / steep);
  return found;
}

/** Ridges that are connected, over corners too, with a point of at least `most`. */
function follow(ridge: Uint8Array, strength: Float64Array, most: number, width: number): Uint8Array {
  const edges = new Uint8Array(ridge.length);
  const open: number[] = [];
  const reach = (at: number) => {
    if (ridge[at] !== 1 || edges[at] !== 0) return;
    edges[at] = 255;
    open.push(at);
  };
  for (let at = 0; at < ridge.length; at++) {
    if (strength[at] >= most) reach(at);
    while (open.length > 0) {
      const centre = open.pop()!;
      // Ridges keep off the border, so neighbours are inside.
      for (const row of [-width, 0, width]) for (const column of [-1, 0, 1]) reach(centre + row + column);
    }
  }
  return edges;
}
