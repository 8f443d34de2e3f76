/** Cutout (AUGMENTOR.CUTOUT): boxes without content, T. DeVries, G. W. Taylor, arXiv:1708.04552. */
import { Type } from 'typebox';
import { scaleBetween, scaleBox } from '../../core/image/scale.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, drawWhole, range, wholeRange } from './parameters.js';
import { fillBox, placeBox } from './region.js';
import { copyOf } from './values.js';

export const cutoutAugmenter = defineStep({
  id: 'augmenter/cutout',
  role: 'augmenter',
  summary: 'Fills random boxes of the image with one value.',
  parameters: Type.Object(
    {
      chance: Chance,
      boxes: wholeRange(1, 3, 0, 'Number of boxes, both ends included.'),
      size: range(0.05, 0.3, 'Shares of each side that a box takes.'),
      value: Type.Number({ default: 0, description: 'What the boxes are filled with.' }),
      target: Type.Boolean({ default: false, description: 'Set the target to 0 there as well.' }),
      depthRatio: Type.Number({
        default: 1,
        exclusiveMinimum: 0,
        description: 'Size of a voxel along z in sizes along x: boxes are as many times flatter.',
      }),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.CUTOUT'],
  order: 18,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'CUTOUT');
    const { COUT_NB_ITERATIONS, COUT_SIZE, COUT_CVAL: value, COUT_APPLY_TO_MASK: target } = config.AUGMENTOR;
    const [z, , x] = config.DATA.TRAIN.RESOLUTION as number[];
    if (chance === undefined) return undefined;
    const depthRatio = config.PROBLEM.NDIM === '3D' && z > 0 && x > 0 ? z / x : 1;
    return { chance, boxes: COUT_NB_ITERATIONS as number[], size: COUT_SIZE as number[], value, target, depthRatio };
  },
  module: import.meta.url,
  run(pixels, { chance, boxes, size, value, target: targetToo, depthRatio }, random) {
    if (!random.chance(chance)) return pixels;
    const { image: picture, target } = pixels;
    const cut = copyOf(picture);
    const scale = target && scaleBetween(picture.shape, target.shape);
    const cutTarget = targetToo && target && scale ? copyOf(target) : target;
    const sides = picture.shape.slice(0, -1);
    const count = drawWhole(random, boxes);
    for (let i = 0; i < count; i++) {
      const lengths = sides.map((side) => Math.round(side * random.uniform(size[0], size[1])));
      if (lengths.length === 3) lengths[0] = Math.max(1, Math.round(lengths[0] / depthRatio));
      const box = placeBox(sides, lengths, random);
      fillBox(cut, box, value);
      if (targetToo && cutTarget && scale) fillBox(cutTarget, scaleBox(box, scale), 0);
    }
    return { ...pixels, image: cut, ...(cutTarget && { target: cutTarget }) };
  },
});
