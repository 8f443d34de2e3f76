/** Which values noise may lead to. */
import { Type } from 'typebox';
import type { Image } from '../../core/image/image.js';
import { rangeOf } from './values.js';

/**
 * BiaPy clips after every noise: to [0, 1], or to [-1, 1] where values are negative. That cuts off most of an image of zero
 * mean and unit variance, so here only images that were in [0, 1] are clipped; `always` is BiaPy's way.
 */
export const Clip = Type.Enum(['unit', 'always'] as const, {
  default: 'unit',
  description:
    '`unit` keeps images in [0, 1] there; `always` clips every image to [0, 1], or [-1, 1] if it has negative values.',
});

/** Smallest value of black: -1 in images that have negative values, else 0. */
export function blackOf(picture: Image): number {
  return rangeOf(picture.data).low < 0 ? -1 : 0;
}

/** Clips `noisy`, which is new and changed in place, as the values it was made from demand. */
export function clipNoise(noisy: Image, before: Image, clip: 'unit' | 'always'): Image {
  const { low, high } = rangeOf(before.data);
  const black = low < 0 ? -1 : 0;
  if (clip === 'unit' && (low < 0 || high > 1)) return noisy;
  const { data } = noisy;
  for (let i = 0; i < data.length; i++) data[i] = data[i] < black ? black : data[i] > 1 ? 1 : data[i];
  return noisy;
}
