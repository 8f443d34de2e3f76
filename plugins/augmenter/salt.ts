/** White pixels (AUGMENTOR.SALT). */
import { Type } from 'typebox';
import { Noise } from '../../core/image/noise.js';
import { defineStep } from '../../core/plugin/step.js';
import { Clip, clipNoise } from './noise-range.js';
import { Chance, chanceOf } from './parameters.js';
import { changeValues } from './values.js';

export const saltAugmenter = defineStep({
  id: 'augmenter/salt',
  role: 'augmenter',
  summary: 'Sets random values of the image to 1.',
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
  keys: ['AUGMENTOR.SALT'],
  order: 13,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'SALT');
    const amount = config.AUGMENTOR.SALT_AMOUNT;
    return chance === undefined ? undefined : { chance, amount, clip: 'unit' as const };
  },
  module: import.meta.url,
  run(pixels, { chance, amount, clip }, random) {
    if (!random.chance(chance)) return pixels;
    const noise = new Noise(random);
    const noisy = changeValues(pixels.image, (value) => (noise.uniform() < amount ? 1 : value));
    return { ...pixels, image: clipNoise(noisy, pixels.image, clip) };
  },
});
