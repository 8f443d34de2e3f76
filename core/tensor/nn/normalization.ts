/**
 * Batch, instance, group and layer normalisation with PyTorch's definitions (eps 1e-5, momentum 0.1, unbiased running
 * variance), and gradients of their own: two reductions instead of what the tape would make of mean and variance.
 */
import { type Tensor, tf } from '../tf.js';
import { ones, zeros } from './init.js';
import { Module, type Pass, type Slot } from './module.js';

const EPSILON = 1e-5;
const MOMENTUM = 0.1;

/** A value that takes no part in the gradient, because the gradient of its user already accounts for it. */
function apart(x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  return tf.customGrad((input) => ({
    value: compute(input as Tensor),
    gradFunc: () => tf.zerosLike(input as Tensor),
  }))(x);
}

/**
 * `(x − mean) / √(variance + eps)` over `axes`, which may be any; population variance.
 *
 * dx = (dy − mean(dy) − x̂ · mean(dy · x̂)) / √(variance + eps).
 */
export function standardise(x: Tensor, axes: readonly number[], epsilon = EPSILON): Tensor {
  const over = [...axes];
  return tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    const centred = tf.sub(input, tf.mean(input, over, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), over, true), epsilon));
    const value = tf.mul(centred, scale);
    save([value, scale]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [standard, deviation] = saved;
      const along = tf.mul(standard, tf.mean(tf.mul(dy, standard), over, true));
      return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, over, true)), along), deviation);
    };
    return { value, gradFunc };
  })(x);
}

/**
 * Batch normalisation of a training step; statistics over all axes but the last.
 *
 * The reductions of the gradient are those of weight and bias: with g = weight/√(variance + eps),
 * dx = g·dy − g·mean(dy) − centred · g·mean(dy·centred)/(variance + eps).
 */
function batchStandardise(centred: Tensor, variance: Tensor, weight: Tensor, bias: Tensor, x: Tensor): Tensor {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const count = x.size / x.shape[x.shape.length - 1];
  return tf.customGrad((...args) => {
    const [, w, b, save] = args as unknown as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const scale = tf.rsqrt(tf.add(variance, EPSILON));
    const gain = tf.mul(scale, w);
    save([centred, scale, gain]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [middle, deviation, factor] = saved;
      const sum = tf.sum(dy, axes);
      const dot = tf.sum(tf.mul(dy, middle), axes);
      const slope = tf.mul(tf.mul(dot, tf.square(deviation)), tf.div(factor, -count));
      const shift = tf.mul(sum, tf.div(factor, -count));
      const dx = tf.add(tf.mul(dy, factor), tf.add(tf.mul(middle, slope), shift));
      return [dx, tf.mul(dot, deviation), sum];
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

  constructor(channels: number) {
    super();
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
      const gain = tf.mul(weight, tf.rsqrt(tf.add(pass.value(this.runningVariance), EPSILON)));
      return tf.add(tf.mul(x, gain), tf.sub(bias, tf.mul(pass.value(this.runningMean), gain)));
    }
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    const mean = apart(x, (input) => tf.mean(input, axes));
    const centred = apart(x, (input) => tf.sub(input, mean));
    const variance = apart(x, () => tf.mean(tf.square(centred), axes));
    this.track(pass, mean, variance, x.size / x.shape[x.shape.length - 1]);
    return batchStandardise(centred, variance, weight, bias, x);
  }

  private track(pass: Pass, mean: Tensor, variance: Tensor, count: number): void {
    const blend = (buffer: Slot, next: Tensor) =>
      pass.update(buffer, tf.add(tf.mul(pass.value(buffer), 1 - MOMENTUM), tf.mul(next, MOMENTUM)));
    blend(this.runningMean, mean);
    blend(this.runningVariance, tf.mul(variance, count / Math.max(count - 1, 1)));
    pass.update(this.batchesTracked, tf.add(pass.value(this.batchesTracked), 1));
  }
}

/** Scale and shift per channel, where a normalisation has them. */
abstract class AffineNormalization extends Module<Tensor> {
  readonly weight: Slot | undefined;
  readonly bias: Slot | undefined;

  constructor(channels: number, affine: boolean) {
    super();
    this.weight = affine ? this.parameter('weight', [channels], ones) : undefined;
    this.bias = affine ? this.parameter('bias', [channels], zeros) : undefined;
  }

  protected affine(x: Tensor, pass: Pass): Tensor {
    if (!this.weight || !this.bias) return x;
    return tf.add(tf.mul(x, pass.value(this.weight)), pass.value(this.bias));
  }
}

/** PyTorch's `InstanceNorm` without running statistics. */
export class InstanceNormalization extends AffineNormalization {
  constructor(channels: number, options: { affine?: boolean } = {}) {
    super(channels, options.affine ?? false);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const space = x.shape.slice(1, -1).map((_, axis) => axis + 1);
    return this.affine(standardise(x, space), pass);
  }
}

/** PyTorch's `GroupNorm`. The number of channels must be a multiple of `groups`. */
export class GroupNormalization extends AffineNormalization {
  constructor(
    readonly groups: number,
    channels: number,
  ) {
    super(channels, true);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const channels = x.shape[x.shape.length - 1];
    const pixels = x.size / (x.shape[0] * channels);
    const grouped = tf.reshape(x, [x.shape[0], pixels, this.groups, channels / this.groups]);
    return this.affine(tf.reshape(standardise(grouped, [1, 3]), x.shape), pass);
  }
}

/** Layer normalisation over the channels of each pixel or token. */
export class LayerNormalization extends AffineNormalization {
  constructor(
    channels: number,
    readonly epsilon = EPSILON,
  ) {
    super(channels, true);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.affine(standardise(x, [x.shape.length - 1], this.epsilon), pass);
  }
}
