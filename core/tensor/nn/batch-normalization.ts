/**
 * Batch normalisation with PyTorch's definitions (unbiased running variance), and a gradient of its own: two reductions
 * instead of what the tape would make of mean and variance.
 */
import { type Tensor, tf } from '../tf.js';
import { ones, zeros } from './init.js';
import { Module, type Pass, type Slot } from './module.js';
import { EPSILON } from './normalization.js';

const MOMENTUM = 0.1;

/** A value that takes no part in the gradient, because the gradient of its user already accounts for it. */
function apart(x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  return tf.customGrad((input) => ({
    value: compute(input as Tensor),
    gradFunc: () => tf.zerosLike(input as Tensor),
  }))(x);
}

/**
 * Batch normalisation of a training step; statistics over all axes but the last.
 *
 * The reductions of the gradient are those of weight and bias: with g = weight/√(variance + eps),
 * dx = g·dy − g·mean(dy) − centred · g·mean(dy·centred)/(variance + eps).
 */
function batchStandardise(
  centred: Tensor,
  variance: Tensor,
  weight: Tensor,
  bias: Tensor,
  x: Tensor,
  epsilon: number,
): Tensor {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const count = x.size / x.shape[x.shape.length - 1];
  return tf.customGrad((...args) => {
    const [, w, b, save] = args as unknown as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const scale = tf.rsqrt(tf.add(variance, epsilon));
    const gain = tf.mul(scale, w);
    save([centred, scale, gain]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [middle, deviation, factor] = saved;
      const sum = tf.sum(dy, axes);
      const dw = tf.mul(tf.sum(tf.mul(dy, middle), axes), deviation);
      const share = tf.div(factor, -count);
      const slope = tf.mul(tf.mul(dw, deviation), share);
      const dx = tf.add(tf.mul(dy, factor), tf.add(tf.mul(middle, slope), tf.mul(sum, share)));
      return [dx, dw, sum];
    };
    return { value: tf.add(tf.mul(centred, gain), b), gradFunc };
  })(x, weight, bias);
}

/** PyTorch's `BatchNorm`: `weight`, `bias`, `running_mean`, `running_var`, `num_batches_tracked`. */
export class BatchNormalization extends Module<Tensor> {
  readonly weight: Slot;
  readonly bias: Slot;
  readonly runningMean: Slot;
  readonly runningVariance: Slot;
  readonly batchesTracked: Slot;

  readonly epsilon: number;
  readonly momentum: number;

  /** @param options `epsilon` 1e-5; `momentum` 0.1, the share of the newest batch in the running statistics. */
  constructor(channels: number, options: { epsilon?: number; momentum?: number } = {}) {
    super();
    this.epsilon = options.epsilon ?? EPSILON;
    this.momentum = options.momentum ?? MOMENTUM;
    this.weight = this.parameter('weight', [channels], ones);
    this.bias = this.parameter('bias', [channels], zeros);
    this.runningMean = this.buffer('running_mean', [channels], zeros);
    this.runningVariance = this.buffer('running_var', [channels], ones);
    this.batchesTracked = this.buffer('num_batches_tracked', [], zeros);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const weight = pass.value(this.weight);
    const bias = pass.value(this.bias);
    if (!pass.training) {
      const gain = tf.mul(weight, tf.rsqrt(tf.add(pass.value(this.runningVariance), this.epsilon)));
      return tf.add(tf.mul(x, gain), tf.sub(bias, tf.mul(pass.value(this.runningMean), gain)));
    }
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    const mean = apart(x, (input) => tf.mean(input, axes));
    const centred = apart(x, (input) => tf.sub(input, mean));
    const variance = apart(x, () => tf.mean(tf.square(centred), axes));
    this.track(pass, mean, variance, x.size / x.shape[x.shape.length - 1]);
    return batchStandardise(centred, variance, weight, bias, x, this.epsilon);
  }

  private track(pass: Pass, mean: Tensor, variance: Tensor, count: number): void {
    const kept = 1 - this.momentum;
    pass.blend(this.runningMean, mean, { kept, added: this.momentum });
    pass.blend(this.runningVariance, variance, { kept, added: (this.momentum * count) / Math.max(count - 1, 1) });
    pass.blend(this.batchesTracked, 1, { kept: 1, added: 1 });
  }
}
