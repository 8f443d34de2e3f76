import { defineNode, image, Type } from 'biagraph';
import { map } from 'rxjs';
import { gaussianBlur } from './gaussian.js';
import { rollingBall } from './rolling-ball.js';

/** @typedef {import('biagraph').Image} Image */

const METHODS = { gaussian: gaussianBlur, 'rolling-ball': rollingBall };

/** The node `background/subtract`. */
export const subtract = defineNode({
  id: 'background/subtract',
  role: 'preprocessor',
  summary: 'Subtracts the slowly varying background of each image.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      method: Type.Enum(['gaussian', 'rolling-ball'], {
        default: 'gaussian',
        description: 'gaussian: a wide blur is the background. rolling-ball: what a ball reaches from below.',
      }),
      radius: Type.Number({
        default: 20,
        exclusiveMinimum: 0,
        maximum: 200,
        description: 'Standard deviation of the blur, or radius of the ball, in pixels; larger than the objects.',
      }),
    },
    { additionalProperties: false },
  ),
  // The result, and three planes to compute it with, in at most 8 bytes a value.
  memory: (_, { shape }) => shape.reduce((product, side) => product * side, 8) + 3 * 8 * shape.at(-3) * shape.at(-2),
  create:
    ({ method, radius }) =>
    ({ main }) =>
      main.pipe(map((sample) => ({ ...sample, image: subtractBackground(sample.image, METHODS[method], radius) }))),
});

/**
 * The image minus its background, plane by plane and channel by channel; nothing falls below zero. Integers are rounded
 * and stay what they are, so that a normalisation after it treats them as before.
 *
 * @param {Image} picture `[y, x, c]` or `[z, y, x, c]`
 * @param {(plane: Float32Array, height: number, width: number, radius: number) => Float32Array} backgroundOf
 * @param {number} radius in pixels
 * @returns {Image}
 */
export function subtractBackground(picture, backgroundOf, radius) {
  const { data, shape, dtype, metadata } = picture;
  const [height, width, channels] = shape.slice(-3);
  const size = height * width;
  const isInteger = !dtype.startsWith('float');
  const result = new data.constructor(data.length);
  const plane = new Float32Array(size);
  for (let start = 0; start < data.length; start += size * channels)
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < size; i++) plane[i] = data[start + i * channels + c];
      const background = backgroundOf(plane, height, width, radius);
      for (let i = 0; i < size; i++) {
        const value = Math.max(plane[i] - background[i], 0);
        result[start + i * channels + c] = isInteger ? Math.round(value) : value;
      }
    }
  return image(result, shape, metadata);
}
