/**
 * Smooths images with a median filter (DATA.PREPROCESS.MEDIAN_BLUR).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { bytesPerValue, type Image, image } from '../../core/image/image.js';
import { mapWithHalo } from '../../core/image/made-in-parts.js';
import { boxMedian } from '../../core/nd/median.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { changed, preprocessing, surroundingsBudget } from './settings.js';

const KEY = 'DATA.PREPROCESS.MEDIAN_BLUR.KERNEL_SIZE';

export const medianBlur = defineNode({
  id: 'preprocessor/median-blur',
  role: 'preprocessor',
  summary: 'Replaces each pixel by the median of a box around it.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      sides: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 2,
        maxItems: 4,
        description: 'Odd sides of the box in pixels, [y, x] or [z, y, x], and perhaps channels.',
      }),
    },
    { additionalProperties: false },
  ),
  order: 30,
  keys: ['DATA.PREPROCESS.MEDIAN_BLUR.ENABLE'],
  fromConfig(config, part) {
    const settings = preprocessing(config, part)?.MEDIAN_BLUR;
    return settings?.ENABLE ? { sides: [...(settings.KERNEL_SIZE as number[])] } : undefined;
  },
  memory: (_, { bytes }) => bytes,
  needs: { memory: services.memory },
  create({ sides }, { memory }, { phase }) {
    const budget = surroundingsBudget(phase, memory.budget);
    return ({ main }) =>
      main.pipe(map((sample) => changed(sample, KEY, (picture) => smoothed(picture, sides, budget))));
  },
});

function smoothed(picture: Image, sides: readonly number[], budget: number): Image {
  const axes = picture.shape.length - 1;
  const box = sides.slice(0, axes);
  const across = sides[axes] ?? 1;
  if (across > 1 && axes === 3)
    throw new RangeError('a median over z, y, x and channels is not possible: write 1 for the channels');
  return mapWithHalo(picture, (part) => medianOver(part, box, across), {
    what: `a median over ${box.join('×')} pixels`,
    halo: box.map((side) => side >> 1),
    bytesPerValue: 2 * bytesPerValue(picture.dtype),
    budget,
  });
}

/** A box over channels takes them for one more axis. */
function medianOver(picture: Image, box: readonly number[], across: number): Image {
  if (across === 1) return boxMedian(picture, box, 'edge');
  const { data, shape, metadata } = picture;
  return image(boxMedian(image(data, [...shape, 1]), [...box, across], 'edge').data, shape, metadata);
}
