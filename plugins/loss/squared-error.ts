/** Mean squared error (LOSS.TYPE MSE). */
import { Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { type Measure, type Scalar, tf } from '../../core/tensor/index.js';
import { imagesOf } from '../../core/tensor/measure/difference.js';

/** Mean of (p − t)² over everything. */
export function squaredError(): Measure {
  return (output, target) => {
    const [prediction, wanted] = imagesOf(output, target);
    return tf.mean(tf.square(tf.sub(prediction, wanted))) as Scalar;
  };
}

export const squaredErrorLoss = defineLoss({
  id: 'MSE',
  summary: 'Mean squared error.',
  parameters: Type.Object({}, { additionalProperties: false }),
  build: squaredError,
});
