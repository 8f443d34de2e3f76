/** Local maxima of images. */

import { type Image, image } from '../image/image.js';
import { box } from './footprint.js';
import { dilate } from './morphology.js';
import { SpacedPoints } from './remove-close-points.js';
import { volumeOf } from './volume.js';

export interface LocalPeakOptions {
  /** Radius, in pixels, of the cube in which a peak is the greatest; default 1. */
  minDistance?: number;
  /** What a peak is above; default the least value of the image. */
  threshold?: number;
  /** Pixels from the border in which there are no peaks; default 0. */
  excludeBorder?: number;
}

/** `[z, y, x]` or `[y, x]`, and the value there. */
export interface Peak {
  readonly position: readonly number[];
  readonly value: number;
}

/**
 * Pixels of the first channel of `[[z,] y, x, c]` that equal the greatest value of the cube of `2 minDistance + 1` around
 * them, the greatest first and equal ones in C order, as `skimage.feature.peak_local_max`. Of those nearer to each other than
 * `minDistance` (along every axis) the first stays. What lies outside of the image counts as 0. An image of one value has
 * no peaks.
 *
 * @throws RangeError for a distance that is no whole number of at least 1.
 */
export function localPeaks(picture: Image, options: LocalPeakOptions = {}): Peak[] {
  const { minDistance = 1, excludeBorder = 0 } = options;
  if (!(Number.isInteger(minDistance) && minDistance >= 1))
    throw new RangeError(`a least distance of ${minDistance} is no whole number of at least 1`);
  const { values, height, width, axes } = volumeOf(picture);
  const sides = picture.shape.slice(0, -1);
  const first = image(values, [...sides, 1]);
  const greatest = dilate(first, box(new Array(axes).fill(2 * minDistance + 1))).data;
  const threshold = options.threshold ?? least(values);
  const found: number[] = [];
  let trivial = true;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    const x = at % width;
    const y = Math.floor(at / width) % height;
    const position = axes === 3 ? [Math.floor(at / (width * height)), y, x] : [y, x];
    const edge = Math.min(...position.map((step, axis) => Math.min(step, sides[axis] - 1 - step)));
    if (value !== greatest[at] || (value < 0 && edge < minDistance)) trivial = false;
    else if (value > threshold && edge >= excludeBorder) found.push(at);
  }
  if (trivial) return [];
  found.sort((a, b) => values[b] - values[a] || a - b);
  const accepted = new SpacedPoints(axes, minDistance);
  const peaks: Peak[] = [];
  for (const at of found) {
    const [y, x] = [Math.floor(at / width) % height, at % width];
    const position = axes === 3 ? [Math.floor(at / (width * height)), y, x] : [y, x];
    const near = accepted.some(position, (other) =>
      other.every((step, axis) => Math.abs(step - position[axis]) < minDistance),
    );
    if (near) continue;
    accepted.add(position);
    peaks.push({ position, value: values[at] });
  }
  return peaks;
}

function least(values: ArrayLike<number>): number {
  let found = Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] < found) found = values[i];
  return found;
}
