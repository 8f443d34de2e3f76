/** White and black pixels (AUGMENTOR.SALT_AND_PEPPER). */
import { Type } from 'typebox';
import { Noise } from '../../core/image/noise.js';
import { defineStep } from '../../core/plugin/step.js';
import { blackOf, Clip, clipNoise } from './noise-range.js';
import { Chance, chanceOf } from './parameters.js';
import { changeValues } from './values.js';

export const saltAndPepperAugmenter = defineStep({
  id: 'augmenter/salt-and-pepper',
  role: 'augmenter',
  summary: 'Sets random values of the image to white or black.',
  parameters: Type.Object(
    {
      chance: Chance,
      amount: Type.Number({
        default: 0.05,
        minimum: 0,
        maximum: 1,
        description: 'Share of the values, each channel alone.',
      }),
      salt: Type.Number({ default: 0.5, minimum: 0, maximum: 1, description: 'Share of white ones among them.' }),
      clip: Clip,
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.SALT_AND_PEPPER'],
  order: 15,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'SALT_AND_PEPPER');
    const { SALT_AND_PEPPER_AMOUNT: amount, SALT_AND_PEPPER_PROP: salt } = config.AUGMENTOR;
    return chance === undefined ? undefined : { chance, amount, salt, clip: 'unit' as const };
  },
  module: import.meta.url,
  run(pixels, { chance, amount, salt, clip }, random) {
    if (!random.chance(chance)) return pixels;
    const black = blackOf(pixels.image);
    const noise = new Noise(random);
    const noisy = changeValues(pixels.image, (value) =>
      noise.uniform() < amount ? (noise.uniform() < salt ? 1 : black) : value,
    );
    return { ...pixels, image: clipNoise(noisy, pixels.image, clip) };
  },
});
