/** Brighter and darker images (AUGMENTOR.BRIGHTNESS). */
import { Type } from 'typebox';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, range } from './parameters.js';
import { scaleValues } from './values.js';

export const brightnessAugmenter = defineStep({
  id: 'augmenter/brightness',
  role: 'augmenter',
  summary: 'Adds one random number to all values of the image.',
  parameters: Type.Object(
    {
      chance: Chance,
      add: range(-0.1, 0.1, 'Numbers to draw from.'),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.BRIGHTNESS'],
  order: 8,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'BRIGHTNESS');
    return chance === undefined ? undefined : { chance, add: config.AUGMENTOR.BRIGHTNESS_FACTOR as number[] };
  },
  module: import.meta.url,
  run(pixels, { chance, add }, random) {
    if (!random.chance(chance)) return pixels;
    const change = random.uniform(add[0], add[1]);
    return { ...pixels, image: scaleValues(pixels.image, 1, change) };
  },
});
