/** Noise of counted photons (AUGMENTOR.POISSON_NOISE). */
import { Type } from 'typebox';
import type { PixelArray } from '../../core/image/image.js';
import { Noise } from '../../core/image/noise.js';
import { defineStep } from '../../core/plugin/step.js';
import { Clip, clipNoise } from './noise-range.js';
import { Chance, chanceOf } from './parameters.js';
import { changeValues, rangeOf } from './values.js';

export const poissonNoiseAugmenter = defineStep({
  id: 'augmenter/poisson-noise',
  role: 'augmenter',
  summary: 'Replaces every value by a Poisson number with that mean, as if it were a count of photons.',
  parameters: Type.Object(
    {
      chance: Chance,
      clip: Clip,
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.POISSON_NOISE'],
  order: 12,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'POISSON_NOISE');
    return chance === undefined ? undefined : { chance, clip: 'unit' as const };
  },
  module: import.meta.url,
  run(pixels, { chance, clip }, random) {
    if (!random.chance(chance)) return pixels;
    const { data } = pixels.image;
    const { low, high } = rangeOf(data);
    // scikit-image's way: the image has as many levels as its values need bits, and negative ones are shifted for the time.
    const levels = 2 ** Math.ceil(Math.log2(distinctValues(data)));
    const [shift, scale] = low < 0 ? [1, high + 1] : [0, 1];
    // All is as dark as the black of the noise, or darker: there are no photons to count.
    if (scale <= 0) return pixels;
    const noise = new Noise(random);
    const noisy = changeValues(pixels.image, (value) => {
      // Values below -1 have no shifted mean; they stay at the black of the noise.
      const mean = Math.max((value + shift) / scale, 0) * levels;
      return (noise.poisson(mean) / levels) * scale - shift;
    });
    return { ...pixels, image: clipNoise(noisy, pixels.image, clip) };
  },
});

/** Number of different values. */
export function distinctValues(data: PixelArray): number {
  let size = 2;
  while (size < 2 * data.length) size *= 2;
  const table = new Float64Array(size).fill(Number.NaN);
  const bits = new Int32Array(new Float64Array(1).buffer);
  const double = new Float64Array(bits.buffer);
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] + 0;
    double[0] = value;
    let slot = Math.imul(bits[0] ^ Math.imul(bits[1], 0x9e3779b1), 0x85ebca6b) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (size - 1);
    while (!Number.isNaN(table[slot]) && table[slot] !== value) slot = (slot + 1) & (size - 1);
    if (Number.isNaN(table[slot])) {
      table[slot] = value;
      count++;
    }
  }
  return count;
}
