/** Blur as if something had moved (AUGMENTOR.MOTION_BLUR). */
import { Type } from 'typebox';
import { reflectIndex } from '../../core/image/border.js';
import { allocate, type Image, image } from '../../core/image/image.js';
import { mapCoordinates } from '../../core/nd/map-coordinates.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, drawWhole, wholeRange } from './parameters.js';

export const motionBlurAugmenter = defineStep({
  id: 'augmenter/motion-blur',
  role: 'augmenter',
  summary: 'Blurs every plane along a line of random direction.',
  parameters: Type.Object(
    {
      chance: Chance,
      size: wholeRange(8, 12, 1, 'Lengths of the line in pixels to draw from, both included; even ones get one more.'),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.MOTION_BLUR'],
  order: 26,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'MOTION_BLUR');
    return chance === undefined ? undefined : { chance, size: config.AUGMENTOR.MOTB_K_RANGE as number[] };
  },
  module: import.meta.url,
  run(pixels, { chance, size }, random) {
    if (!random.chance(chance)) return pixels;
    const side = drawWhole(random, size) | 1;
    const kernel = motionKernel(side, random.integer(0, 360), (random.uniform(-1, 1) + 1) / 2);
    return { ...pixels, image: correlatePlanes(pixels.image, kernel, side) };
  },
});

/** A line through the centre whose weights go from `start` to `1 - start`, turned by an angle in degrees; the sum is 1. */
export function motionKernel(side: number, angle: number, start: number): Float64Array {
  const line = new Float64Array(side * side);
  const middle = (side - 1) / 2;
  for (let i = 0; i < side; i++) line[middle * side + i] = start + ((1 - 2 * start) * i) / Math.max(side - 1, 1);
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const y = Float64Array.from(line, (_, at) => Math.floor(at / side) - middle);
  const x = Float64Array.from(line, (_, at) => (at % side) - middle);
  const places = [
    y.map((dy, at) => cos * dy - sin * x[at] + middle),
    x.map((dx, at) => sin * y[at] + cos * dx + middle),
  ];
  const turned = mapCoordinates(image(line, [side, side, 1]), places, [side, side], { order: 1, border: 'constant' });
  const sum = (turned.data as Float64Array).reduce((total, weight) => total + weight, 0);
  return Float64Array.from(turned.data, (weight) => weight / sum);
}

/** Correlates every plane and channel with a square kernel; planes are mirrored at their edges. */
export function correlatePlanes(picture: Image, kernel: Float64Array, side: number): Image {
  const { data, shape, metadata } = picture;
  const [height, width, channels] = shape.slice(-3);
  const half = side >> 1;
  const result = allocate(picture.dtype === 'float64' ? 'float64' : 'float32', data.length);
  const table = (length: number) =>
    Int32Array.from({ length: length + side }, (_, i) => reflectIndex(i - half, length));
  const [rows, columns] = [table(height), table(width)];
  const taps = [...kernel.keys()].filter((at) => kernel[at] !== 0);
  const line = new Float64Array(width * channels);
  for (let plane = 0; plane < data.length; plane += height * width * channels)
    for (let y = 0; y < height; y++) {
      line.fill(0);
      for (const tap of taps) {
        const weight = kernel[tap];
        const row = plane + rows[y + Math.floor(tap / side)] * width * channels;
        const dx = tap % side;
        for (let x = 0, to = 0; x < width; x++)
          for (let c = 0, from = row + columns[x + dx] * channels; c < channels; c++)
            line[to++] += weight * data[from + c];
      }
      result.set(line, plane + y * width * channels);
    }
  return image(result, shape, metadata);
}
