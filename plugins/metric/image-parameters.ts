/** Parameters of metrics of images, and what follows from them. */
import { type Static, Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { type NetworkOutput, type Tensor, tf } from '../../core/tensor/index.js';
import { imagesOf } from '../../core/tensor/measure/difference.js';

export const ErrorParameters = Type.Object(
  {
    masked: Type.Boolean({
      default: false,
      description: 'The target holds values, then a mask: Noise2Void. Only masked pixels count.',
    }),
  },
  { additionalProperties: false },
);
export type ErrorParameters = Static<typeof ErrorParameters>;

/** Noise2Void measures the pixels that it replaced; everything else all pixels. */
export function errorParameters({ PROBLEM: problem }: Config): ErrorParameters {
  return { masked: problem.TYPE === 'DENOISING' && !problem.DENOISING.LOAD_GT_DATA };
}

/** Mean of what `of` makes of the differences, over those that count. */
export function meanError(
  output: NetworkOutput,
  target: Tensor,
  { masked }: ErrorParameters,
  of: (difference: Tensor) => Tensor,
): Tensor {
  if (!masked) return tf.mean(of(tf.sub(...imagesOf(output, target))));
  const [values, mask] = tf.split(target, 2, -1);
  const errors = of(tf.mul(tf.sub(output[0], values), mask));
  return tf.div(tf.sum(errors), tf.maximum(tf.sum(mask), 1));
}
