/**
 * Mirrors patches (AUGMENTOR.VFLIP, HFLIP, ZFLIP).
 */
import { type Static, Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { applySymmetry, compose, flip, identity } from '../../core/image/symmetry.js';
import type { Part } from '../../core/plugin/define.js';
import { defineStep } from '../../core/plugin/step.js';

const Chance = Type.Number({ default: 0, minimum: 0, maximum: 1 });

const Parameters = Type.Object(
  {
    y: { ...Chance, description: 'Chance to reverse the y axis (upside down).' },
    x: { ...Chance, description: 'Chance to reverse the x axis (left and right).' },
    z: { ...Chance, description: 'Chance to reverse the z axis; 3D only.' },
  },
  { additionalProperties: false },
);

export const flipAugmenter = defineStep({
  id: 'augmenter/flip',
  role: 'augmenter',
  summary: 'Mirrors patches and their targets at random.',
  parameters: Parameters,
  keys: ['AUGMENTOR.VFLIP', 'AUGMENTOR.HFLIP', 'AUGMENTOR.ZFLIP'],
  order: 22,
  fromConfig,
  module: import.meta.url,
  run(pixels, { y, x, z }, random) {
    const ndim = pixels.image.shape.length - 1;
    let symmetry = identity(ndim);
    // Three draws for every sample: what one axis gets does not depend on the settings of another.
    for (const [axis, chance] of [
      [ndim - 2, y],
      [ndim - 1, x],
      [ndim - 3, z],
    ]) {
      if (random.chance(chance) && axis >= 0) symmetry = compose(flip(ndim, axis), symmetry);
    }
    if (!symmetry.flips.includes(true)) return pixels;
    const { image, target } = pixels;
    return {
      ...pixels,
      image: applySymmetry(image, symmetry),
      ...(target && { target: applySymmetry(target, symmetry) }),
    };
  },
});

function fromConfig({ AUGMENTOR: augment, PROBLEM }: Config, part: Part): Static<typeof Parameters> | undefined {
  const z = augment.ZFLIP && PROBLEM.NDIM === '3D';
  if (part !== 'train' || !augment.ENABLE || !(augment.VFLIP || augment.HFLIP || z)) return undefined;
  // BiaPy reverses x for VFLIP and y for HFLIP; here the names mean what they say. Results are equal in distribution.
  return {
    y: augment.VFLIP ? augment.VFLIP_PROB : 0,
    x: augment.HFLIP ? augment.HFLIP_PROB : 0,
    z: z ? augment.ZFLIP_PROB : 0,
  };
}
