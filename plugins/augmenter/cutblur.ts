/**
 * CutBlur (AUGMENTOR.CUTBLUR): a region at lower resolution, J. Yoo et al., "Rethinking data augmentation for image
 * super-resolution", CVPR 2020.
 */
import { Type } from 'typebox';
import { castPixels } from '../../core/image/cast.js';
import type { Image } from '../../core/image/image.js';
import { image, sizeOf } from '../../core/image/image.js';
import { readPatch } from '../../core/image/patch.js';
import { gaussian } from '../../core/nd/gaussian.js';
import { resize } from '../../core/nd/resize.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, drawWhole, range, wholeRange } from './parameters.js';
import { copyBox, planeBox } from './region.js';
import { copyOf } from './values.js';

export const cutblurAugmenter = defineStep({
  id: 'augmenter/cutblur',
  role: 'augmenter',
  summary: 'Shows a region of the image, or all but a region, at lower resolution.',
  parameters: Type.Object(
    {
      chance: Chance,
      size: range(0.2, 0.4, 'Shares of the height and width that the region takes.'),
      factor: wholeRange(2, 8, 1, 'Factors by which the resolution is lowered.'),
      inside: Type.Boolean({
        default: true,
        description: 'Always inside the region; otherwise outside it half of the times.',
      }),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.CUTBLUR'],
  order: 4,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'CUTBLUR');
    const { CBLUR_SIZE, CBLUR_DOWN_RANGE, CBLUR_INSIDE } = config.AUGMENTOR;
    if (chance === undefined) return undefined;
    return {
      chance,
      size: CBLUR_SIZE as number[],
      factor: (CBLUR_DOWN_RANGE as number[]).map(Math.round),
      inside: CBLUR_INSIDE,
    };
  },
  module: import.meta.url,
  run(pixels, { chance, size, factor, inside }, random) {
    if (!random.chance(chance)) return pixels;
    const { image: picture } = pixels;
    const box = planeBox(picture.shape.slice(0, -1), random.uniform(size[0], size[1]), random);
    const coarse = lowerResolution(picture, drawWhole(random, factor));
    if (inside || random.chance(0.5)) {
      const mixed = copyOf(picture);
      copyBox(coarse, box, mixed, box);
      return { ...pixels, image: mixed };
    }
    copyBox(readPatch(picture, box), { start: box.start.map(() => 0), size: box.size }, coarse, box);
    return { ...pixels, image: coarse };
  },
});

/** Every plane shrunk by a factor (linear, blurred first as scikit-image does) and brought back without interpolation. */
export function lowerResolution(picture: Image, factor: number): Image {
  const { shape } = picture;
  const [height, width, channels] = shape.slice(-3);
  const plane = height * width * channels;
  const data = picture.data.slice();
  const size = [height, width].map((side) => Math.max(1, Math.round(side / factor)));
  for (let at = 0; at < sizeOf(shape); at += plane) {
    const slice = image(picture.data.subarray(at, at + plane), [height, width, channels]);
    const sigma = [height, width].map((side, axis) => Math.max((side / size[axis] - 1) / 2, 0));
    const small = resize(gaussian(slice, sigma, { border: 'reflect' }), size, { order: 1 });
    data.set(castPixels(resize(small, [height, width], { order: 0 }).data, picture.dtype), at);
  }
  return image(data, shape, picture.metadata);
}
