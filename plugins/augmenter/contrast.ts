/** More and less contrast (AUGMENTOR.CONTRAST). */
import { Type } from 'typebox';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, range } from './parameters.js';
import { scaleValues } from './values.js';

export const contrastAugmenter = defineStep({
  id: 'augmenter/contrast',
  role: 'augmenter',
  summary: 'Multiplies all values of the image by one random number around 1.',
  parameters: Type.Object(
    {
      chance: Chance,
      factor: range(-0.1, 0.1, 'Numbers to draw from; values are multiplied by 1 plus the number.'),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.CONTRAST'],
  order: 9,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'CONTRAST');
    return chance === undefined ? undefined : { chance, factor: config.AUGMENTOR.CONTRAST_FACTOR as number[] };
  },
  module: import.meta.url,
  run(pixels, { chance, factor }, random) {
    if (!random.chance(chance)) return pixels;
    const gain = 1 + random.uniform(factor[0], factor[1]);
    return { ...pixels, image: scaleValues(pixels.image, gain, 0) };
  },
});
