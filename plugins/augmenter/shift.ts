/** Translation (AUGMENTOR.SHIFT). */
import { Type } from 'typebox';
import { warpPixels } from '../../core/image/warp.js';
import { defineStep } from '../../core/plugin/step.js';
import { BorderMode, borderOf, Chance, chanceOf, range } from './parameters.js';

export const shiftAugmenter = defineStep({
  id: 'augmenter/shift',
  role: 'augmenter',
  summary: 'Moves patches and their targets by whole pixels.',
  parameters: Type.Object(
    {
      chance: Chance,
      share: range(0.1, 0.2, 'Shares of the sides to draw from, one draw for y and x.'),
      border: BorderMode,
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.SHIFT'],
  order: 21,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'SHIFT');
    const { SHIFT_RANGE, AFFINE_MODE } = config.AUGMENTOR;
    return chance === undefined ? undefined : { chance, share: SHIFT_RANGE as number[], border: borderOf(AFFINE_MODE) };
  },
  module: import.meta.url,
  run(pixels, { chance, share, border }, random) {
    if (!random.chance(chance)) return pixels;
    const drawn = random.uniform(share[0], share[1]);
    const [down, along] = pixels.image.shape.slice(-3, -1).map((side) => Math.round(side * drawn));
    // Whole pixels need no interpolation: linear gives the values themselves.
    return warpPixels(pixels, (y, x) => moveBy(y, x, down, along), { order: 1, border });
  },
});

function moveBy(y: Float64Array, x: Float64Array, down: number, along: number): void {
  for (let i = 0; i < y.length; i++) {
    y[i] -= down;
    x[i] -= along;
  }
}
