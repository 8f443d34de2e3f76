/** Gaussian noise (AUGMENTOR.GAUSSIAN_NOISE). */
import { Type } from 'typebox';
import { Noise } from '../../core/image/noise.js';
import { defineStep } from '../../core/plugin/step.js';
import { Clip, clipNoise } from './noise-range.js';
import { Chance, chanceOf } from './parameters.js';
import { changeValues, momentsOf } from './values.js';

export const gaussianNoiseAugmenter = defineStep({
  id: 'augmenter/gaussian-noise',
  role: 'augmenter',
  summary: 'Adds Gaussian noise to every value of the image.',
  parameters: Type.Object(
    {
      chance: Chance,
      mean: Type.Number({ default: 0 }),
      variance: Type.Number({ default: 0.05, minimum: 0 }),
      ofImage: Type.Boolean({
        default: false,
        description: 'Take mean and variance (times 0.9 to 1.1) of the image itself instead.',
      }),
      clip: Clip,
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.GAUSSIAN_NOISE'],
  order: 11,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'GAUSSIAN_NOISE');
    const { GAUSSIAN_NOISE_MEAN: mean, GAUSSIAN_NOISE_VAR: variance } = config.AUGMENTOR;
    const ofImage = config.AUGMENTOR.GAUSSIAN_NOISE_USE_INPUT_IMG_MEAN_AND_VAR;
    return chance === undefined ? undefined : { chance, mean, variance, ofImage, clip: 'unit' as const };
  },
  module: import.meta.url,
  run(pixels, { chance, mean, variance, ofImage, clip }, random) {
    if (!random.chance(chance)) return pixels;
    const own = ofImage ? momentsOf(pixels.image.data) : undefined;
    const shift = own?.mean ?? mean;
    const deviation = Math.sqrt(own ? own.variance * random.uniform(0.9, 1.1) : variance);
    const noise = new Noise(random);
    const noisy = changeValues(pixels.image, (value) => value + shift + deviation * noise.normal());
    return { ...pixels, image: clipNoise(noisy, pixels.image, clip) };
  },
});
