/**
 * Gaussian blur in the plane (AUGMENTOR.G_BLUR). BiaPy blurs along z and over the channels too, which mixes what has nothing to do
 * with each other.
 */
import { Type } from 'typebox';
import { gaussian } from '../../core/nd/gaussian.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, range } from './parameters.js';

export const gaussianBlurAugmenter = defineStep({
  id: 'augmenter/gaussian-blur',
  role: 'augmenter',
  summary: 'Blurs every plane with a Gaussian.',
  parameters: Type.Object(
    {
      chance: Chance,
      sigma: range(1, 2, 'Standard deviations in pixels to draw from.', { minimum: 0 }),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.G_BLUR'],
  order: 24,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'G_BLUR');
    return chance === undefined ? undefined : { chance, sigma: config.AUGMENTOR.G_SIGMA as number[] };
  },
  module: import.meta.url,
  run(pixels, { chance, sigma }, random) {
    if (!random.chance(chance)) return pixels;
    const { image: picture } = pixels;
    const deviation = random.uniform(sigma[0], sigma[1]);
    const plane = picture.shape.slice(0, -1).map((_, axis, { length }) => (axis < length - 2 ? 0 : deviation));
    return { ...pixels, image: gaussian(picture, plane) };
  },
});
