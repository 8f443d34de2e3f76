/** The loss of Noise2Void: the squared error of the pixels that the network did not see. */
import { Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { type Measure, type Scalar, tf } from '../../core/tensor/index.js';

/**
 * `Σ ((t − p)·m)² / Σ m`. The target `[n, ..., 2c]` holds the true values t, then the mask m, of the c channels of the
 * prediction p. A. Krull, T.-O. Buchholz, F. Jug, "Noise2Void", CVPR 2019.
 */
export function maskedSquaredError(): Measure {
  return ([prediction], target) => {
    const [values, mask] = tf.split(target, 2, -1);
    const missed = tf.mul(tf.sub(values, prediction), mask);
    // A batch without a single replaced pixel teaches nothing, and is no reason for a NaN.
    return tf.div(tf.sum(tf.square(missed)), tf.maximum(tf.sum(mask), 1)) as Scalar;
  };
}

export const maskedSquaredErrorLoss = defineLoss({
  id: 'N2V_MSE',
  summary: 'Mean squared error of the pixels that Noise2Void replaced.',
  parameters: Type.Object({}, { additionalProperties: false }),
  build: maskedSquaredError,
});
