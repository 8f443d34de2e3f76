/** Translation (AUGMENTOR.SHIFT). */
import { Type } from 'typebox';
import { allocate, type Image, image } from '../../core/image/image.js';
import { scaleBetween } from '../../core/image/scale.js';
import { perKind } from '../../core/image/warp.js';
import { borderIndex, type SplineBorder } from '../../core/nd/spline.js';
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
    const { image: picture, target, targetKinds } = pixels;
    const [down, along] = picture.shape.slice(-3, -1).map((side) => Math.round(side * drawn));
    const moved = movePlanes(picture, down, along, border);
    const scale = target && scaleBetween(picture.shape, target.shape);
    if (!target || !scale) return { ...pixels, image: moved };
    const [sy, sx] = scale.slice(-2);
    const movedTarget = perKind(target, targetKinds, (channels) => movePlanes(channels, down * sy, along * sx, border));
    return { ...pixels, image: moved, target: movedTarget };
  },
});

/** Moves every plane by whole pixels, which needs no interpolation. */
export function movePlanes(picture: Image, down: number, along: number, border: SplineBorder): Image {
  const { data, dtype, shape, metadata } = picture;
  const [height, width, channels] = shape.slice(-3);
  const [rows, columns] = [
    [height, down],
    [width, along],
  ].map(([side, amount]) => Int32Array.from({ length: side }, (_, i) => borderIndex(i - amount, side, border)));
  // What comes from inside is one run in each row.
  const [first, end] = [Math.min(Math.max(along, 0), width), Math.max(Math.min(width + along, width), 0)];
  const result = allocate(dtype, data.length);
  for (let plane = 0; plane < data.length; plane += height * width * channels)
    for (let y = 0; y < height; y++) {
      if (rows[y] < 0) continue;
      const [from, to] = [plane + rows[y] * width * channels, plane + y * width * channels];
      for (let x = 0; x < width; x++) {
        if (x === first && end > first) {
          const inside = from + (first - along) * channels;
          result.set(data.subarray(inside, inside + (end - first) * channels), to + first * channels);
          x = end - 1;
        } else if (columns[x] >= 0)
          for (let c = 0; c < channels; c++) result[to + x * channels + c] = data[from + columns[x] * channels + c];
      }
    }
  return image(result, shape, metadata);
}
