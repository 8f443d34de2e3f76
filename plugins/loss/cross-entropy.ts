/**
 * Cross-entropy over logits: binary for heads with up to two classes, over the softmax for more.
 *
 * Numbers are those of BiaPy's CE: weighted means are divided by the sum of the weights of the targets, ignored pixels
 * count nowhere, and the binary form knows no ignored value.
 */
import { type Measure, type Scalar, type Tensor, tf } from '../../core/tensor/index.js';
import { rebalanceMap } from './rebalance.js';
import { fitTarget } from './target.js';

export interface CrossEntropyOptions {
  /** Number of classes, background included; up to 2 means one logit per pixel and channel. */
  classes: number;
  /** One weight per class, for more than two classes. */
  classWeights?: readonly number[];
  /** Two classes have a logit each, too, as those of whole images do. */
  exclusive?: boolean;
  /** Label that counts nowhere, for more than two classes; −1 for none. */
  ignoreIndex?: number;
  /** Weights the rarer of foreground and background up, for up to two classes. */
  rebalance?: boolean;
}

/**
 * A loss over the first output `[n, ..., y, x, c]`, or `[n, c]` for classes of whole images. Binary: the target has the channels of the logits. More classes: the target has one
 * channel of labels. With a second output (a class head), that one is compared with the last target channel.
 */
export function crossEntropy(options: CrossEntropyOptions): Measure {
  return ([logits, classLogits], target) => {
    const fitted = fitTarget(target, logits);
    if (!classLogits)
      return options.classes > 2 || options.exclusive
        ? softmaxCrossEntropy(logits, fitted, options)
        : binary(logits, fitted, options);
    const channels = fitted.shape[fitted.shape.length - 1];
    const [channelsTarget, labels] = tf.split(fitted, [channels - 1, 1], -1);
    return tf.add(binary(logits, channelsTarget, options), softmaxCrossEntropy(classLogits, labels, options)) as Scalar;
  };
}

function binary(logits: Tensor, target: Tensor, { rebalance }: CrossEntropyOptions): Scalar {
  const losses = binaryCrossEntropy(logits, target);
  return tf.mean(rebalance ? tf.mul(losses, rebalanceMap(target)) : losses) as Scalar;
}

/**
 * Per element `max(x, 0) − x·t + log(1 + exp(−|x|))`, with the gradient `sigmoid(x) − t`.
 */
export function binaryCrossEntropy(logits: Tensor, target: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    save([x, target]);
    const value = tf.add(tf.sub(tf.relu(x), tf.mul(x, target)), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
    const gradFunc = (dy: Tensor, [logit, truth]: Tensor[]) => tf.mul(dy, tf.sub(tf.sigmoid(logit), truth));
    return { value, gradFunc };
  })(logits);
}

/** Σ weight · (−log softmax of the target class) / Σ weight, over pixels that are not ignored; 0 where all are. */
export function softmaxCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  { classWeights, ignoreIndex }: CrossEntropyOptions,
): Scalar {
  const classes = logits.shape[logits.shape.length - 1];
  // One label for each place that has logits; of whole images the target is a single pixel, and logits have no space.
  const flat = tf.reshape(labels, logits.shape.slice(0, -1));
  // A label outside of 0 … classes−1, as the ignored one is, has no 1 anywhere.
  const chosen = tf.oneHot(tf.cast(flat, 'int32'), classes);
  const kept = ignoreIndex === undefined || ignoreIndex < 0 ? chosen : excluded(chosen, labels, ignoreIndex);
  const weights = classWeights ? tf.mul(kept, tf.tensor1d([...classWeights])) : kept;
  const total = tf.maximum(tf.sum(weights), LEAST_TOTAL);
  return tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    const shifted = tf.sub(x, tf.max(x, -1, true));
    const logSums = tf.log(tf.sum(tf.exp(shifted), -1, true));
    save([x, weights, total]);
    const value = tf.div(tf.neg(tf.sum(tf.mul(weights, tf.sub(shifted, logSums)))), total);
    const gradFunc = (dy: Tensor, [logit, weight, sum]: Tensor[]) => {
      const perPixel = tf.mul(tf.softmax(logit), tf.sum(weight, -1, true));
      return tf.mul(tf.sub(perPixel, weight), tf.div(dy, sum));
    };
    return { value, gradFunc };
  })(logits) as Scalar;
}

/** Divides a sum of nothing, so that it is 0 and no NaN. */
const LEAST_TOTAL = 1e-12;

function excluded(chosen: Tensor, labels: Tensor, ignoreIndex: number): Tensor {
  return tf.mul(chosen, tf.cast(tf.notEqual(labels, tf.scalar(ignoreIndex)), 'float32'));
}
