/** Charbonnier loss (LOSS.TYPE CHARBONNIER). */
import { type Static, Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { type Measure, type Scalar, tf } from '../../core/tensor/index.js';
import { imagesOf } from '../../core/tensor/measure/difference.js';

const Parameters = Type.Object(
  {
    epsilon: Type.Number({
      default: 1e-3,
      exclusiveMinimum: 0,
      description: 'Differences well below it count by their square.',
    }),
  },
  { additionalProperties: false },
);

/** Mean of `√((p − t)² + ε²)`: W.-S. Lai et al., CVPR 2017, with their ε of 0.001. */
export function charbonnier({ epsilon }: Static<typeof Parameters>): Measure {
  return (output, target) => {
    const [prediction, wanted] = imagesOf(output, target);
    return tf.mean(tf.sqrt(tf.add(tf.square(tf.sub(prediction, wanted)), epsilon ** 2))) as Scalar;
  };
}

export const charbonnierLoss = defineLoss({
  id: 'CHARBONNIER',
  summary: 'Mean absolute error, smooth at zero (Lai et al. 2017).',
  parameters: Parameters,
  build: charbonnier,
});
