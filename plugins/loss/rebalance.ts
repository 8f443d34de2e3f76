/** Weights against the imbalance of foreground and background. */
import { type Tensor, tf } from '../../core/tensor/index.js';

const LEAST = 0.05;
const MOST = 0.95;

/**
 * One weight per target element. f = fraction of non-zero targets over the batch, held within [0.05, 0.95];
 * the rarer of foreground and background weighs max(f, 1−f)/min(f, 1−f), the other 1. Targets that are all zero or
 * all non-zero weigh 1 everywhere.
 */
export function rebalanceMap(target: Tensor): Tensor {
  const foreground = tf.cast(tf.notEqual(target, tf.scalar(0)), 'float32');
  const exact = tf.mean(foreground);
  const f = tf.clipByValue(exact, LEAST, MOST);
  const rest = tf.sub(1, f);
  const factor = tf.div(tf.maximum(f, rest), tf.minimum(f, rest));
  const constant = tf.logicalOr(tf.equal(exact, tf.scalar(0)), tf.equal(exact, tf.scalar(1)));
  const strength = tf.where(constant, tf.onesLike(factor), factor);
  const rare = tf.where(tf.lessEqual(f, tf.scalar(0.5)), foreground, tf.sub(1, foreground));
  return tf.add(tf.mul(rare, tf.sub(strength, 1)), 1);
}
