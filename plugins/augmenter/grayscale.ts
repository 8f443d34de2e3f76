/** Colour images become grey (AUGMENTOR.GRAYSCALE). */
import { Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { storing } from '../../core/image/cast.js';
import { image } from '../../core/image/image.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf } from './parameters.js';

export const grayscaleAugmenter = defineStep({
  id: 'augmenter/grayscale',
  role: 'augmenter',
  summary: 'Puts the mean of the three channels into each of them.',
  parameters: Type.Object({ chance: Chance }, { additionalProperties: false }),
  keys: ['AUGMENTOR.GRAYSCALE'],
  order: 2,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'GRAYSCALE');
    return chance === undefined ? undefined : { chance };
  },
  module: import.meta.url,
  run(pixels, { chance }, random) {
    const { data, dtype, shape, metadata } = pixels.image;
    if (shape[shape.length - 1] !== 3)
      throw new DataError(
        `greyscale needs images of 3 channels, these have ${shape[shape.length - 1]}. Set AUGMENTOR.GRAYSCALE to False.`,
        { where: { key: 'AUGMENTOR.GRAYSCALE' } },
      );
    if (!random.chance(chance)) return pixels;
    const grey = data.slice();
    const store = storing(dtype);
    for (let i = 0; i < grey.length; i += 3) grey.fill(store((data[i] + data[i + 1] + data[i + 2]) / 3), i, i + 3);
    return { ...pixels, image: image(grey, shape, metadata) };
  },
});
