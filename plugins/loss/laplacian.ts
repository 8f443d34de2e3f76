/** Laplacian loss (LOSS.TYPE LAPLACIAN): edges where the target has them. */
import { Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { type Measure, type Scalar, type Tensor, tf } from '../../core/tensor/index.js';
import { absolute, imagesOf } from '../../core/tensor/measure/difference.js';

/** Mean of |∇²p − ∇²t| over pixels that have neighbours on all sides; ∇² sums the second differences of the axes. */
export function laplacianError(): Measure {
  return (output, target) => {
    const [prediction, wanted] = imagesOf(output, target);
    return tf.mean(absolute(laplacian(tf.sub(prediction, wanted)))) as Scalar;
  };
}

function laplacian(x: Tensor): Tensor {
  const axes = x.shape.slice(1, -1).map((_, i) => i + 1);
  // A side of one or two pixels, as of a single plane, has no second difference.
  const used = axes.filter((axis) => x.shape[axis] >= 3);
  const shifted = (moved: number, by: number) => {
    const begin = x.shape.map((_, axis) => (used.includes(axis) ? 1 + (axis === moved ? by : 0) : 0));
    const size = x.shape.map((side, axis) => (used.includes(axis) ? side - 2 : side));
    return tf.slice(x, begin, size);
  };
  const neighbours = used.flatMap((axis) => [shifted(axis, -1), shifted(axis, 1)]);
  return neighbours.length === 0 ? x : tf.sub(tf.addN(neighbours), tf.mul(shifted(0, 0), neighbours.length));
}

export const laplacianLoss = defineLoss({
  id: 'LAPLACIAN',
  summary: 'Mean absolute error of the Laplacians: edges where the target has them.',
  parameters: Type.Object({}, { additionalProperties: false }),
  build: laplacianError,
});
