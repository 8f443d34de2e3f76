/** Finding NaN and infinity before they spread through statistics and training. */

import { DataError } from '../errors.js';
import { placeAt } from './c-order.js';
import type { Image } from './image.js';

export interface NonFinite {
  value: number;
  /** `[y, x, c]` or `[z, y, x, c]`, from 0. */
  position: number[];
}

/** The first NaN or infinite value in reading order; integer images have none. */
export function findNonFinite(picture: Image): NonFinite | undefined {
  if (!picture.dtype.startsWith('float')) return undefined;
  const { data, shape } = picture;
  for (let i = 0; i < data.length; i++)
    // x - x is NaN for NaN and both infinities; cheaper than Number.isFinite over millions of pixels.
    if (data[i] - data[i] !== 0) return { value: data[i], position: placeAt(i, shape) };
  return undefined;
}

/** Throws DataError naming file, value and place when an image holds NaN or infinity. */
export function requireFinite(picture: Image, file = 'image'): void {
  const found = findNonFinite(picture);
  if (!found) return;
  const axes = picture.shape.length === 3 ? ['y', 'x', 'c'] : ['z', 'y', 'x', 'c'];
  const place = found.position.map((index, axis) => `${axes[axis]}=${index}`).join(', ');
  throw new DataError(
    `${file}: expected finite pixel values, found ${found.value} at ${place}. Replace or mask such pixels before the run.`,
    { where: { file } },
  );
}
