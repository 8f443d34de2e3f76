/** Shear (AUGMENTOR.SHEAR). */
import { Type } from 'typebox';
import { type PlaneMap, warpPixels } from '../../core/image/warp.js';
import { defineStep } from '../../core/plugin/step.js';
import { BorderMode, borderOf, Chance, chanceOf, drawWhole, range } from './parameters.js';

export const shearAugmenter = defineStep({
  id: 'augmenter/shear',
  role: 'augmenter',
  summary: 'Shears patches and their targets along y and x.',
  parameters: Type.Object(
    {
      chance: Chance,
      angles: range(-20, 20, 'Whole degrees to draw from, for y and for x.'),
      border: BorderMode,
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.SHEAR'],
  order: 20,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'SHEAR');
    const { SHEAR_RANGE, AFFINE_MODE } = config.AUGMENTOR;
    return chance === undefined
      ? undefined
      : { chance, angles: SHEAR_RANGE as number[], border: borderOf(AFFINE_MODE) };
  },
  module: import.meta.url,
  run(pixels, { chance, angles, border }, random) {
    if (!random.chance(chance)) return pixels;
    const [along, down] = [drawWhole(random, angles), drawWhole(random, angles)];
    return warpPixels(pixels, shearMap(along, down, pixels.image.shape.slice(-3, -1)), { order: 3, border });
  },
});

/**
 * `x' = x + tan(along)·y`, `y' = y + tan(down)·x` about the centre, from the result to the image: the other way round it has no
 * inverse where both angles are 45°.
 */
export function shearMap(along: number, down: number, [height, width]: readonly number[]): PlaneMap {
  const [tx, ty] = [along, down].map((degrees) => Math.tan((degrees * Math.PI) / 180));
  const [cy, cx] = [(height - 1) / 2, (width - 1) / 2];
  return (y, x) => {
    for (let i = 0; i < y.length; i++) {
      const dy = y[i] - cy;
      const dx = x[i] - cx;
      y[i] += ty * dx;
      x[i] += tx * dy;
    }
  };
}
