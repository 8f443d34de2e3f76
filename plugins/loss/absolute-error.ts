/** Mean absolute error (LOSS.TYPE MAE). */
import { Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { type Measure, type Scalar, tf } from '../../core/tensor/index.js';
import { absolute, imagesOf } from '../../core/tensor/measure/difference.js';

/** Mean of |p − t| over everything. */
export function absoluteError(): Measure {
  return (output, target) => {
    const [prediction, wanted] = imagesOf(output, target);
    return tf.mean(absolute(tf.sub(prediction, wanted))) as Scalar;
  };
}

export const absoluteErrorLoss = defineLoss({
  id: 'MAE',
  summary: 'Mean absolute error.',
  parameters: Type.Object({}, { additionalProperties: false }),
  build: absoluteError,
});
