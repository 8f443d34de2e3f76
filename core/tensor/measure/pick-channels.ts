/** Some of the channels of a tensor. */
import { type Tensor, tf } from '../tf.js';

/** `count` channels from `first` on, of `[..., c]`; the tensor itself where these are all. */
export function pickTensor(x: Tensor, first: number, count: number): Tensor {
  const channels = x.shape[x.shape.length - 1];
  if (first === 0 && count === channels) return x;
  const sizes = [first, count, channels - first - count].filter((size) => size > 0);
  return tf.split(x, sizes, -1)[first > 0 ? 1 : 0];
}
