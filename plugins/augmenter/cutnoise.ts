/** Gaussian noise in random boxes (AUGMENTOR.CUTNOISE). */
import { Type } from 'typebox';
import { storing } from '../../core/image/cast.js';
import { Noise } from '../../core/image/noise.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, drawWhole, range, wholeRange } from './parameters.js';
import { eachRow, placeBox } from './region.js';
import { copyOf, rangeOf } from './values.js';

export const cutnoiseAugmenter = defineStep({
  id: 'augmenter/cutnoise',
  role: 'augmenter',
  summary: 'Adds Gaussian noise inside random boxes.',
  parameters: Type.Object(
    {
      chance: Chance,
      scale: range(0.05, 0.1, 'Standard deviations of the noise, in units of the greatest value of the image.'),
      boxes: wholeRange(1, 3, 0, 'Number of boxes, both ends included.'),
      size: range(0.2, 0.4, 'Shares of each side that a box takes.'),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.CUTNOISE'],
  order: 6,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'CUTNOISE');
    const { CNOISE_SCALE, CNOISE_NB_ITERATIONS, CNOISE_SIZE } = config.AUGMENTOR;
    if (chance === undefined) return undefined;
    return {
      chance,
      scale: CNOISE_SCALE as number[],
      boxes: CNOISE_NB_ITERATIONS as number[],
      size: CNOISE_SIZE as number[],
    };
  },
  module: import.meta.url,
  run(pixels, { chance, scale, boxes, size }, random) {
    if (!random.chance(chance)) return pixels;
    const noisy = copyOf(pixels.image);
    const sides = noisy.shape.slice(0, -1);
    const store = storing(noisy.dtype);
    const { high } = rangeOf(noisy.data);
    const count = drawWhole(random, boxes);
    for (let i = 0; i < count; i++) {
      const box = placeBox(
        sides,
        sides.map((side) => Math.round(side * random.uniform(size[0], size[1]))),
        random,
      );
      const deviation = random.uniform(scale[0], scale[1]) * high;
      const noise = new Noise(random);
      eachRow(noisy, box, (offset, length) => {
        for (let at = offset; at < offset + length; at++)
          noisy.data[at] = store(noisy.data[at] + deviation * noise.normal());
      });
    }
    return { ...pixels, image: noisy };
  },
});
