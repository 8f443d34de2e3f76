/** Pearson's correlation as a loss (LOSS.TYPE PCC). */
import { Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { type Measure, type Scalar, tf } from '../../core/tensor/index.js';
import { correlation } from '../../core/tensor/measure/correlation.js';
import { imagesOf } from '../../core/tensor/measure/difference.js';

/** One minus the mean correlation of the images of a batch with their targets; blind to brightness and contrast. */
export function decorrelation(): Measure {
  return (output, target) => tf.sub(1, correlation(...imagesOf(output, target))) as Scalar;
}

export const correlationLoss = defineLoss({
  id: 'PCC',
  summary: "One minus Pearson's correlation of each image with its target.",
  parameters: Type.Object({}, { additionalProperties: false }),
  build: decorrelation,
});
