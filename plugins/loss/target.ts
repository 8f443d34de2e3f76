/** Targets and predictions of different size. */
import { type Tensor, type Tensor4D, tf } from '../../core/tensor/index.js';

/** The target with the spatial size of the prediction, by nearest neighbour, as BiaPy does for cross-entropy. */
export function fitTarget(target: Tensor, prediction: Tensor): Tensor {
  const size = prediction.shape.slice(1, -1);
  if (size.every((side, i) => side === target.shape[i + 1])) return target;
  return size.reduce((fitted, side, i) => nearestAlong(fitted, i + 1, side), target);
}

/** Picks along one axis the source pixel `floor(i · from / to)`. */
function nearestAlong(x: Tensor, axis: number, to: number): Tensor {
  const from = x.shape[axis];
  if (from === to) return x;
  const indices = Int32Array.from({ length: to }, (_, i) => Math.min(Math.floor((i * from) / to), from - 1));
  return tf.gather(x as Tensor4D, tf.tensor1d(indices, 'int32'), axis);
}
