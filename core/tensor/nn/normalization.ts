/**
 * Instance, group and layer normalisation with PyTorch's definitions, and gradients of their own: two reductions
 * instead of what the tape would make of mean and variance.
 */
import { type Tensor, tf } from '../tf.js';
import { checkGroups } from './convolution.js';
import { ones, zeros } from './init.js';
import { Module, type Pass, type Slot } from './module.js';

/** PyTorch's default. */
export const EPSILON = 1e-5;

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

/** Scale and shift per channel, where a normalisation has them. */
abstract class AffineNormalization extends Module<Tensor> {
  readonly weight: Slot | undefined;
  readonly bias: Slot | undefined;

  /** @param neutral a checkpoint without scale and shift fits as well. */
  constructor(channels: number, affine: boolean, neutral = false) {
    super();
    this.weight = affine ? this.parameter('weight', [channels], ones, { neutral }) : undefined;
    this.bias = affine ? this.parameter('bias', [channels], zeros, { neutral }) : undefined;
  }
}

/**
 * Normalisation of each sample over space and runs of channels, then scale and shift per channel.
 *
 * The sums that the gradient needs are those of weight and bias, per sample and channel: with r = 1/√(variance + eps),
 * S = Σ dy and T = Σ dy·centred over space, and means over the m elements of a run of channels,
 * dx = r·w·dy − r·Σ(w·S)/m − centred·r³·Σ(w·T)/m.
 */
function groupStandardise(x: Tensor, weight: Tensor, bias: Tensor, groups: number, epsilon: number): Tensor {
  const [samples, channels] = [x.shape[0], x.shape[x.shape.length - 1] as number];
  const pixels = x.size / (samples * channels);
  const perGroup = channels / groups;
  const grouped = [samples, 1, groups, perGroup];
  const perChannel = [samples, 1, channels];
  /** Of one number per group or channel, sums within the groups. */
  const within = (values: Tensor) => tf.sum(tf.reshape(values, grouped), 3, true);
  /** Of one number per group, that number for each of its channels. */
  const spread = (values: Tensor) => tf.reshape(tf.tile(values, [1, 1, 1, perGroup]), perChannel);
  return tf.customGrad((...args) => {
    const [input, w, b, save] = args as unknown as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const runs = tf.reshape(input, [samples, pixels, groups, perGroup]);
    const centredRuns = tf.sub(runs, tf.mean(runs, [1, 3], true));
    const deviation = spread(tf.rsqrt(tf.add(tf.mean(tf.square(centredRuns), [1, 3], true), epsilon)));
    const centred = tf.reshape(centredRuns, [samples, pixels, channels]);
    save([centred, deviation, w]);
    const value = tf.add(tf.mul(centred, tf.mul(deviation, w)), b);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [middle, r, scale] = saved;
      const slope = tf.reshape(dy, [samples, pixels, channels]);
      const sum = tf.sum(slope, 1, true);
      const dot = tf.mul(tf.sum(tf.mul(slope, middle), 1, true), r);
      const count = -pixels * perGroup;
      const shift = tf.mul(r, tf.div(spread(within(tf.mul(sum, scale))), count));
      const turn = tf.mul(tf.square(r), tf.div(spread(within(tf.mul(dot, scale))), count));
      const dx = tf.add(tf.mul(slope, tf.mul(r, scale)), tf.add(tf.mul(middle, turn), shift));
      return [tf.reshape(dx, x.shape), tf.sum(dot, [0, 1]), tf.sum(sum, [0, 1])];
    };
    return { value: tf.reshape(value, x.shape), gradFunc };
  })(x, weight, bias);
}

/** PyTorch's `InstanceNorm` without running statistics. */
export class InstanceNormalization extends AffineNormalization {
  readonly epsilon: number;

  constructor(channels: number, options: { affine?: boolean; epsilon?: number } = {}) {
    super(channels, options.affine ?? false, true);
    this.epsilon = options.epsilon ?? EPSILON;
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const space = x.shape.slice(1, -1).map((_, axis) => axis + 1);
    if (!this.weight || !this.bias) return standardise(x, space, this.epsilon);
    const channels = x.shape[x.shape.length - 1];
    return groupStandardise(x, pass.value(this.weight), pass.value(this.bias), channels, this.epsilon);
  }
}

/** PyTorch's `GroupNorm`. */
export class GroupNormalization extends AffineNormalization {
  /** @throws RangeError when the channels cannot be put into equal groups. */
  constructor(
    readonly groups: number,
    channels: number,
    readonly epsilon = EPSILON,
  ) {
    super(channels, true);
    checkGroups(groups, channels);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return groupStandardise(x, pass.value(this.weight!), pass.value(this.bias!), this.groups, this.epsilon);
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
    const standard = standardise(x, [x.shape.length - 1], this.epsilon);
    return tf.add(tf.mul(standard, pass.value(this.weight!)), pass.value(this.bias!));
  }
}
