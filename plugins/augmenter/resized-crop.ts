/**
 * Random resized crops (AUGMENTOR.RANDOM_RESIZED_CROP): the node that cuts patches takes a box that covers a random share of the
 * image, and this one brings it to the size of a patch.
 */
import { Type } from 'typebox';
import type { Image } from '../../core/image/image.js';
import { scaleBetween, scaleSides } from '../../core/image/scale.js';
import { perKind } from '../../core/image/warp.js';
import { gaussian } from '../../core/nd/gaussian.js';
import { resize } from '../../core/nd/resize.js';
import { defineStep } from '../../core/plugin/step.js';
import { chanceOf } from './parameters.js';

export const resizedCropAugmenter = defineStep({
  id: 'augmenter/resized-crop',
  role: 'augmenter',
  summary: 'Brings boxes of other sizes, and their targets, to the size of a patch.',
  parameters: Type.Object(
    { patch: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 2, maxItems: 3, description: 'Sides of a patch.' }) },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.RANDOM_RESIZED_CROP'],
  order: 1.5,
  fromConfig: (config, part) =>
    chanceOf(config, part, 'RANDOM_RESIZED_CROP') === undefined
      ? undefined
      : { patch: (config.DATA.PATCH_SIZE as number[]).slice(0, -1) },
  module: import.meta.url,
  run(pixels, { patch }) {
    const { image: picture, target } = pixels;
    if (patch.every((side, axis) => side === picture.shape[axis])) return pixels;
    const scale = target && scaleBetween(picture.shape, target.shape);
    return {
      ...pixels,
      image: shrink(picture, patch),
      ...(target && {
        target: scale
          ? perKind(target, pixels.targetKinds, (channels, kind) =>
              kind === 'image' || kind === 'heat'
                ? shrink(channels, scaleSides(patch, scale))
                : resize(channels, scaleSides(patch, scale), { order: 0 }),
            )
          : target,
      }),
    };
  },
});

/** Linear, blurred first where pixels would be passed over. */
export function shrink(picture: Image, size: readonly number[]): Image {
  const sigma = size.map((side, axis) => Math.max((picture.shape[axis] / side - 1) / 2, 0));
  const smooth = sigma.some((deviation) => deviation > 0) ? gaussian(picture, sigma, { border: 'reflect' }) : picture;
  return resize(smooth, size, { order: 1 });
}
