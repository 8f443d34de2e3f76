/** GridMask (AUGMENTOR.GRIDMASK), P. Chen et al., arXiv:2001.04086. */
import { Type } from 'typebox';
import type { RandomStream } from '../../core/image/random.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, range } from './parameters.js';
import { copyOf } from './values.js';

export const gridmaskAugmenter = defineStep({
  id: 'augmenter/gridmask',
  role: 'augmenter',
  summary: 'Hides a grid of squares of the image.',
  parameters: Type.Object(
    {
      chance: Chance,
      ratio: Type.Number({
        default: 0.6,
        minimum: 0,
        maximum: 1,
        description: 'Width of the stripes that are kept, in periods.',
      }),
      period: range(0.4, 1, 'Periods to draw from, in sides of the image.'),
      rotate: Type.Number({
        default: 1,
        minimum: 0,
        maximum: 1,
        description: 'Largest angle of the grid, in full turns.',
      }),
      invert: Type.Boolean({ default: false, description: 'Keep the squares instead of the stripes.' }),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.GRIDMASK'],
  order: 17,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'GRIDMASK');
    const { GRID_RATIO: ratio, GRID_D_RANGE, GRID_ROTATE: rotate, GRID_INVERT: invert } = config.AUGMENTOR;
    return chance === undefined ? undefined : { chance, ratio, period: GRID_D_RANGE as number[], rotate, invert };
  },
  module: import.meta.url,
  run(pixels, { chance, ratio, period, rotate, invert }, random) {
    if (!random.chance(chance)) return pixels;
    const masked = copyOf(pixels.image);
    const { data, shape } = masked;
    const [height, width, channels] = shape.slice(-3);
    const kept = gridMask([height, width], { ...drawGrid([height, width], { period, rotate }, random), ratio, invert });
    const depth = shape.length === 4 ? shape[0] : 1;
    const slices = random.integer(1, depth + 1);
    const first = random.integer(0, depth - slices + 1);
    for (let z = first; z < first + slices; z++)
      for (let pixel = 0; pixel < kept.length; pixel++)
        if (kept[pixel] === 0)
          data.fill(0, (z * kept.length + pixel) * channels, (z * kept.length + pixel + 1) * channels);
    return { ...pixels, image: masked };
  },
});

/** A grid by its period and the first row and column of a stripe, in pixels, turned by whole degrees. */
interface Grid {
  step: number;
  rows: number;
  columns: number;
  degrees: number;
}

function drawGrid(
  [height, width]: readonly number[],
  { period, rotate }: { period: readonly number[]; rotate: number },
  random: RandomStream,
): Grid {
  const side = Math.max(height, width);
  const low = Math.max(2, Math.floor(side * period[0]));
  const step = random.integer(low, Math.max(Math.floor(side * period[1]), low + 1));
  const [rows, columns] = [random.integer(0, step), random.integer(0, step)];
  return { step, rows, columns, degrees: random.integer(0, Math.max(Math.round(360 * rotate), 1)) };
}

/** 1 where the image is kept, for every pixel of a plane: stripes of both directions on a square canvas, turned about its centre. */
export function gridMask(
  [height, width]: readonly number[],
  { step, rows, columns, degrees, ratio, invert }: Grid & { ratio: number; invert: boolean },
): Uint8Array {
  const stripe = Math.ceil(step * ratio);
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const canvas = Math.ceil(Math.hypot(height, width));
  const middle = (canvas - 1) / 2;
  const inStripe = (place: number, offset: number) => (((place - offset) % step) + step) % step < stripe;
  const kept = new Uint8Array(height * width);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const [dy, dx] = [y - (height - 1) / 2, x - (width - 1) / 2];
      const [cy, cx] = [Math.round(cos * dy - sin * dx + middle), Math.round(sin * dy + cos * dx + middle)];
      kept[at] = (inStripe(cy, rows) || inStripe(cx, columns)) !== invert ? 1 : 0;
    }
  return kept;
}
