/** Sections that do not lie where they should (AUGMENTOR.MISALIGNMENT), K. Lee et al., arXiv:1706.00120. */
import { Type } from 'typebox';
import type { Image } from '../../core/image/image.js';
import type { RandomStream } from '../../core/image/random.js';
import { scaleBetween } from '../../core/image/scale.js';
import { type PlaneMap, warpPixels } from '../../core/image/warp.js';
import type { StepPixels } from '../../core/plugin/define.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf } from './parameters.js';
import { copyBox, fillBox } from './region.js';
import { copyOf } from './values.js';

export const misalignmentAugmenter = defineStep({
  id: 'augmenter/misalignment',
  role: 'augmenter',
  summary: 'Moves or turns the lower rows of an image, or slices of a volume, against the others.',
  parameters: Type.Object(
    {
      chance: Chance,
      displacement: Type.Integer({
        default: 16,
        minimum: 1,
        description: 'Displacements are smaller than this, in pixels.',
      }),
      rotated: Type.Number({
        default: 0.5,
        minimum: 0,
        maximum: 1,
        description: 'Share of rotations; the others are displacements.',
      }),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.MISALIGNMENT'],
  order: 7,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'MISALIGNMENT');
    const { MS_DISPLACEMENT: displacement, MS_ROTATE_RATIO: rotated } = config.AUGMENTOR;
    return chance === undefined ? undefined : { chance, displacement, rotated };
  },
  module: import.meta.url,
  run(pixels, { chance, displacement, rotated }, random) {
    if (!random.chance(chance)) return pixels;
    const sides = pixels.image.shape.slice(0, -1);
    const [height, width] = sides.slice(-2);
    const most = Math.min(displacement, height - 1, width - 1);
    if (most < 1 || sides[0] < 3) return pixels;
    const first = random.integer(1, sides[0] - 1);
    // Slices of a volume slip one alone, or all from one on; rows of an image always do the latter.
    const last = sides.length === 3 && random.chance(0.5) ? first + 1 : sides[0];
    if (random.chance(rotated)) {
      const turned = warpPixels(pixels, rotation(angleFor(most, height, random), [height, width]), {
        order: 1,
        border: 'constant',
      });
      return mix(pixels, turned, first, last);
    }
    return sides.length === 2
      ? slideRows(pixels, first, random.integer(0, most))
      : blankMargins(pixels, first, last, most, random);
  },
});

/** An angle in radians that moves the corners by no more than the displacement. */
function angleFor(displacement: number, height: number, random: RandomStream): number {
  const reach = ((height - displacement) / 2) * 1.42;
  return Math.asin(Math.min(displacement / 2 / reach, 1)) * 2 * 2 * (random.uniform() - 0.5);
}

function rotation(radians: number, [height, width]: readonly number[]): PlaneMap {
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const [cy, cx] = [(height - 1) / 2, (width - 1) / 2];
  return (y, x) => {
    for (let i = 0; i < y.length; i++) {
      const dy = y[i] - cy;
      const dx = x[i] - cx;
      y[i] = cos * dy - sin * dx + cy;
      x[i] = sin * dy + cos * dx + cx;
    }
  };
}

/** The pixels of `changed` in the rows (or slices) from `first` to before `last`. */
function mix(pixels: StepPixels, changed: StepPixels, first: number, last: number): StepPixels {
  return onBoth(pixels, (picture, scale, which) => {
    // A turn interpolates, so its numbers may need decimals that those of the others do not.
    const mixed = copyOf(changed[which]!);
    const row = picture.data.length / picture.shape[0];
    const [start, end] = [first * scale[0] * row, last * scale[0] * row];
    mixed.data.set(picture.data.subarray(0, start));
    mixed.data.set(picture.data.subarray(end), end);
    return mixed;
  });
}

/** Moves the rows from `first` on to the left; what they leave is 0. */
function slideRows(pixels: StepPixels, first: number, amount: number): StepPixels {
  return onBoth(pixels, (picture, [sy, sx]) => {
    const slid = copyOf(picture);
    const [height, width] = picture.shape;
    const [top, by] = [first * sy, amount * sx];
    const rows = height - top;
    fillBox(slid, { start: [top, 0], size: [rows, width] }, 0);
    const size = [rows, width - by];
    copyBox(picture, { start: [top, by], size }, slid, { start: [top, 0], size });
    return slid;
  });
}

/**
 * Keeps one window in the slices that slip and another in the others, each in its place: content does not move, other margins
 * are lost. That is what BiaPy does.
 */
function blankMargins(
  pixels: StepPixels,
  first: number,
  last: number,
  displacement: number,
  random: RandomStream,
): StepPixels {
  const draw = () => [random.integer(0, displacement), random.integer(0, displacement)];
  const [still, slipped] = [draw(), draw()];
  return onBoth(pixels, (picture, scale) => {
    const blank = copyOf(picture);
    blank.data.fill(0);
    const [depth, height, width] = picture.shape;
    const [from, to] = [first * scale[0], last * scale[0]];
    for (const [z, end, offset] of [
      [0, from, still],
      [from, to, slipped],
      [to, depth, still],
    ] as const) {
      const start = [z, offset[0] * scale[1], offset[1] * scale[2]];
      const size = [end - z, height - displacement * scale[1], width - displacement * scale[2]];
      if (end > z) copyBox(picture, { start, size }, blank, { start, size });
    }
    return blank;
  });
}

type Which = 'image' | 'target';

/** Changes the image, and the target with the pixels that it has for each pixel of the image. */
function onBoth(
  pixels: StepPixels,
  change: (picture: Image, scale: readonly number[], which: Which) => Image,
): StepPixels {
  const { image: picture, target } = pixels;
  const scale = target && scaleBetween(picture.shape, target.shape);
  return {
    ...pixels,
    image: change(picture, [1, 1, 1], 'image'),
    ...(target && { target: scale ? change(target, scale, 'target') : target }),
  };
}
