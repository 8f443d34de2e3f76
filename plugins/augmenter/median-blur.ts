/** Median filter in the plane (AUGMENTOR.MEDIAN_BLUR). */
import { Type } from 'typebox';
import { boxMedian } from '../../core/nd/median.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, drawWhole, wholeRange } from './parameters.js';

export const medianBlurAugmenter = defineStep({
  id: 'augmenter/median-blur',
  role: 'augmenter',
  summary: 'Filters every plane and channel with a median.',
  parameters: Type.Object(
    {
      chance: Chance,
      size: wholeRange(3, 7, 1, 'Sides of the window to draw from, both included; even ones get one more.'),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.MEDIAN_BLUR'],
  order: 25,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'MEDIAN_BLUR');
    return chance === undefined ? undefined : { chance, size: config.AUGMENTOR.MB_KERNEL as number[] };
  },
  module: import.meta.url,
  run(pixels, { chance, size }, random) {
    if (!random.chance(chance)) return pixels;
    const { image: picture } = pixels;
    const side = drawWhole(random, size) | 1;
    const sides = picture.shape.slice(0, -1).map((_, axis, { length }) => (axis < length - 2 ? 1 : side));
    return { ...pixels, image: boxMedian(picture, sides) };
  },
});
