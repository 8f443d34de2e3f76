/** Sections with a dark crack (AUGMENTOR.MISSING_SECTIONS). */
import { Type } from 'typebox';
import { storing } from '../../core/image/cast.js';
import { dtypeOf, type PixelArray, sizeOf } from '../../core/image/image.js';
import type { RandomStream } from '../../core/image/random.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, wholeRange } from './parameters.js';
import { copyOf } from './values.js';

export const missingSectionsAugmenter = defineStep({
  id: 'augmenter/missing-sections',
  role: 'augmenter',
  summary: 'Hides a broad line across random channels (2D) or slices (3D) of the image.',
  parameters: Type.Object(
    {
      chance: Chance,
      width: wholeRange(10, 30, 0, 'Pixels by which the line is thickened on each side, the last excluded.'),
      share: Type.Number({
        default: 0.5,
        minimum: 0,
        maximum: 1,
        description: 'Chance of a slice to be hit; the two after a hit are passed over.',
      }),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.MISSING_SECTIONS'],
  order: 16,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'MISSING_SECTIONS');
    const { MISSP_ITERATIONS, MISSP_CHANNEL_PB: share } = config.AUGMENTOR;
    return chance === undefined ? undefined : { chance, width: MISSP_ITERATIONS as number[], share };
  },
  module: import.meta.url,
  run(pixels, { chance, width, share }, random) {
    if (!random.chance(chance)) return pixels;
    const { shape } = pixels.image;
    const [height, columns, channels] = shape.slice(-3);
    if (height < 3 || columns < 3) return pixels;
    const [thin, thick] = [Math.min(...width), Math.max(...width)];
    const thickness = random.integer(thin, Math.max(thick, thin + 1));
    const cracked = copyOf(pixels.image);
    const sides = [height, columns, channels];
    const hide = (plane: number, channel: number) =>
      hideLine(cracked.data, plane * sizeOf(sides) + channel, sides, drawCrack(sides, thickness, random));
    // Walks over the channels of a flat image, and over the slices of a volume for each channel.
    const rows = shape.length === 4 ? channels : 1;
    const steps = shape.length === 4 ? shape[0] : channels;
    for (let row = 0; row < rows; row++)
      for (let step = 0; step < steps; step++) {
        if (!random.chance(share)) continue;
        if (shape.length === 4) hide(step, row);
        else hide(0, step);
        step += 2;
      }
    return { ...pixels, image: cracked };
  },
});

/** A line across a slice, from its first row to its last where it goes `down`, else from column to column. */
interface Crack {
  down: boolean;
  /** Where it begins and ends on the other axis. */
  from: number;
  to: number;
  /** Steps (up, down, left, right) by which it is thickened. */
  thickness: number;
}

function drawCrack([height, width]: readonly number[], thickness: number, random: RandomStream): Crack {
  const down = random.chance(0.5);
  const breadth = down ? width : height;
  return { down, from: random.integer(1, breadth - 1), to: random.integer(1, breadth - 1), thickness };
}

/** Fills what a crack hides with the mean of its slice, in place. @param offset of the first value of the slice. */
export function hideLine(
  data: PixelArray,
  offset: number,
  [height, width, channels]: readonly number[],
  { down, from, to, thickness }: Crack,
): void {
  const length = down ? height : width;
  const distance = new Int32Array(height * width).fill(height + width);
  // One pixel in every row, or more where the line is flat.
  const steps = Math.max(length - 1, Math.abs(to - from));
  for (let i = 0; i <= steps; i++) {
    const [along, across] = [Math.round((i / steps) * (length - 1)), Math.round(from + (i / steps) * (to - from))];
    distance[down ? along * width + across : across * width + along] = 0;
  }
  let sum = 0;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      sum += data[offset + at * channels];
      if (y > 0) distance[at] = Math.min(distance[at], distance[at - width] + 1);
      if (x > 0) distance[at] = Math.min(distance[at], distance[at - 1] + 1);
    }
  const mean = storing(dtypeOf(data))(sum / (height * width));
  for (let y = height - 1, at = height * width - 1; y >= 0; y--)
    for (let x = width - 1; x >= 0; x--, at--) {
      if (y < height - 1) distance[at] = Math.min(distance[at], distance[at + width] + 1);
      if (x < width - 1) distance[at] = Math.min(distance[at], distance[at + 1] + 1);
      if (distance[at] <= thickness) data[offset + at * channels] = mean;
    }
}
