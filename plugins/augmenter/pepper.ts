/** Black pixels (AUGMENTOR.PEPPER). */
import { Type } from 'typebox';
import { Noise } from '../../core/image/noise.js';
import { defineStep } from '../../core/plugin/step.js';
import { blackOf, Clip, clipNoise } from './noise-range.js';
import { Chance, chanceOf } from './parameters.js';
import { changeValues } from './values.js';

export const pepperAugmenter = defineStep({
  id: 'augmenter/pepper',
  role: 'augmenter',
  summary: 'Sets random values of the image to 0, or to -1 where it has negative values.',
  parameters: Type.Object(
    {
      chance: Chance,
      amount: Type.Number({
        default: 0.05,
        minimum: 0,
        maximum: 1,
        description: 'Share of the values, each channel alone.',
      }),
      clip: Clip,
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.PEPPER'],
  order: 14,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'PEPPER');
    const amount = config.AUGMENTOR.PEPPER_AMOUNT;
    return chance === undefined ? undefined : { chance, amount, clip: 'unit' as const };
  },
  module: import.meta.url,
  run(pixels, { chance, amount, clip }, random) {
    if (!random.chance(chance)) return pixels;
    const black = blackOf(pixels.image);
    const noise = new Noise(random);
    const noisy = changeValues(pixels.image, (value) => (noise.uniform() < amount ? black : value));
    return { ...pixels, image: clipNoise(noisy, pixels.image, clip) };
  },
});
