/** A gamma curve (AUGMENTOR.GAMMA_CONTRAST). */
import { Type } from 'typebox';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, range } from './parameters.js';
import { changeValues } from './values.js';

export const gammaContrastAugmenter = defineStep({
  id: 'augmenter/gamma-contrast',
  role: 'augmenter',
  summary: 'Raises all values, which must lie in [0, 1], to a random power; others are clipped first.',
  parameters: Type.Object(
    {
      chance: Chance,
      gamma: range(1.25, 1.75, 'Exponents to draw from; above 1 the image gets darker.', { minimum: 0 }),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.GAMMA_CONTRAST'],
  order: 10,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'GAMMA_CONTRAST');
    return chance === undefined ? undefined : { chance, gamma: config.AUGMENTOR.GC_GAMMA as number[] };
  },
  module: import.meta.url,
  run(pixels, { chance, gamma }, random) {
    if (!random.chance(chance)) return pixels;
    const power = random.uniform(gamma[0], gamma[1]);
    return { ...pixels, image: changeValues(pixels.image, (value) => Math.min(Math.max(value, 0), 1) ** power) };
  },
});
