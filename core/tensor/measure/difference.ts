/** What measures of two images have in common: which prediction, in which size, and exact absolute values. */
import { interpolate } from '../nn/interpolation.js';
import type { NetworkOutput } from '../nn/module.js';
import { type Tensor, tf } from '../tf.js';

/**
 * The first output of a network beside the target, both `[n, [z,] y, x, c]`. A prediction of another size is resampled
 * linearly to that of the target, as BiaPy does.
 */
export function imagesOf([prediction]: NetworkOutput, target: Tensor): [prediction: Tensor, target: Tensor] {
  const size = target.shape.slice(1, -1);
  const same = size.every((side, axis) => side === prediction.shape[axis + 1]);
  return [same ? prediction : interpolate(prediction, size), target];
}

/** |x| with the gradient sign(x), which is 0 at 0; TensorFlow.js's own is −1 there. */
export function absolute(x: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    save([input]);
    const gradFunc = (dy: Tensor, [at]: Tensor[]) => tf.mul(dy, tf.sign(at));
    return { value: tf.abs(input), gradFunc };
  })(x);
}
