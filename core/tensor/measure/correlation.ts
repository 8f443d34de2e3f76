/** Pearson's correlation of tensors. */
import { type Scalar, type Tensor, tf } from '../tf.js';

/** Against flat images, whose correlation is taken as 0. */
const LEAST = 1e-12;

/** Correlation of all values of each image `[n, ..., c]` with those of its partner; the mean over the batch. */
export function correlation(x: Tensor, y: Tensor): Scalar {
  const [a, b] = [centred(x), centred(y)];
  const product = tf.sum(tf.mul(a, b), 1);
  const sizes = tf.mul(tf.sum(tf.square(a), 1), tf.sum(tf.square(b), 1));
  return tf.mean(tf.div(product, tf.sqrt(tf.add(sizes, LEAST)))) as Scalar;
}

function centred(x: Tensor): Tensor {
  const flat = tf.reshape(x, [x.shape[0], -1]);
  return tf.sub(flat, tf.mean(flat, 1, true));
}
