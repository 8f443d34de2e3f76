/** Dice loss over logits. */
import { type Measure, type Scalar, tf } from '../../core/tensor/index.js';
import { fitTarget } from './target.js';

const SMOOTH = 1;

/** `1 − (2·Σ p·t + 1)/(Σ p + Σ t + 1)` with p = sigmoid(logits) and sums over the whole batch. */
export function dice(): Measure {
  return ([logits], target) => {
    const probability = tf.sigmoid(logits);
    const truth = fitTarget(target, logits);
    const overlap = tf.sum(tf.mul(probability, truth));
    const sizes = tf.add(tf.sum(probability), tf.sum(truth));
    return tf.sub(1, tf.div(tf.add(tf.mul(overlap, 2), SMOOTH), tf.add(sizes, SMOOTH))) as Scalar;
  };
}
