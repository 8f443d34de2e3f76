/**
 * Resampling of 2D and 3D images, one axis after the other as a product with a thin matrix, so that the gradient is
 * exact (TensorFlow.js's own ignores half-pixel centres) and 3D needs no kernel of its own.
 */
import { resample } from '../resample/resample.js';
import { cubicWeights, linearWeights, nearestWeights } from '../resample/weights.js';
import { type Tensor, tf } from '../tf.js';
import { Module } from './module.js';

/** PyTorch's `nearest`; `bilinear` and `trilinear`; `bicubic`, which also takes volumes here. */
export type InterpolationMode = 'nearest' | 'linear' | 'cubic';

export interface InterpolationOptions {
  /** `linear`. */
  mode?: InterpolationMode;
  /** Centres of the outermost pixels stay in place; otherwise pixels are areas (half-pixel centres). Not for nearest. */
  alignCorners?: boolean;
}

function weightsFor(from: number, to: number, { mode = 'linear', alignCorners = false }: InterpolationOptions) {
  if (mode === 'nearest') return nearestWeights(from, to);
  return mode === 'cubic' ? cubicWeights(from, to, alignCorners) : linearWeights(from, to, alignCorners);
}

/** Resamples the spatial axes of a channels-last image to `size`. */
export function interpolate(x: Tensor, size: readonly number[], options: InterpolationOptions = {}): Tensor {
  if (size.every((side, i) => side === x.shape[i + 1])) return x;
  if ((options.mode ?? 'linear') !== 'linear') return axisByAxis(x, size, options);
  const { alignCorners = false } = options;
  return tf.customGrad((...args) => {
    const value = resample(args[0] as Tensor, { size, alignCorners });
    return { value, gradFunc: (dy: Tensor) => spread(dy, x.shape.slice(1, -1), alignCorners) };
  })(x);
}

function axisByAxis(x: Tensor, size: readonly number[], options: InterpolationOptions): Tensor {
  return withChannelsFirst(x, (image) =>
    size.reduce((resampled, to, i) => resampleAxis(resampled, i + 2, to, options), image),
  );
}

/** The gradient of linear resampling: every pixel is given back to those it was made of. */
function spread(dy: Tensor, size: readonly number[], alignCorners: boolean): Tensor {
  return withChannelsFirst(dy, (image) =>
    size.reduceRight((smaller, to, i) => {
      const from = dy.shape[i + 1];
      if (from === to) return smaller;
      const weights = tf.tensor2d(linearWeights(to, from, alignCorners), [from, to]);
      return alongAxis(smaller, i + 2, to, weights, true);
    }, image),
  );
}

function withChannelsFirst(x: Tensor, change: (image: Tensor) => Tensor): Tensor {
  const rank = x.shape.length;
  const space = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  const image = change(tf.transpose(x, [0, rank - 1, ...space]));
  return tf.transpose(image, [0, ...space.map((axis) => axis + 1), 1]);
}

/** {@link interpolate}, linear. */
export function interpolateLinear(x: Tensor, size: readonly number[], alignCorners = false): Tensor {
  return interpolate(x, size, { alignCorners });
}

function resampleAxis(x: Tensor, axis: number, to: number, options: InterpolationOptions): Tensor {
  const from = x.shape[axis];
  if (from === to) return x;
  if (options.mode === 'nearest' && to % from === 0) {
    const shape = x.shape.map((side, i) => (i === axis ? to : side));
    const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
    const after = x.size / (before * from);
    return tf.reshape(tf.tile(tf.reshape(x, [before * from, 1, after]), [1, to / from, 1]), shape);
  }
  return alongAxis(x, axis, to, tf.tensor2d(weightsFor(from, to, options), [to, from]), false);
}

/** Product of one axis with weights `[to, from]`, or with their transpose. */
function alongAxis(x: Tensor, axis: number, to: number, weights: Tensor, transposed: boolean): Tensor {
  const from = x.shape[axis];
  const shape = x.shape.map((side, i) => (i === axis ? to : side));
  const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = x.size / (before * from);
  if (after === 1) return tf.reshape(tf.matMul(tf.reshape(x, [before, from]), weights, false, !transposed), shape);
  const rows = tf.reshape(x, [before, from, after]);
  return tf.reshape(tf.matMul(tf.reshape(weights, [1, ...weights.shape]), rows, transposed, false), shape);
}

/** PyTorch's `Upsample` by whole factors, `[y, x]` or `[z, y, x]`. */
export class Upsampling extends Module<Tensor> {
  constructor(
    readonly factors: readonly number[],
    readonly options: InterpolationOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    const size = this.factors.map((factor, i) => x.shape[i + 1] * factor);
    return interpolate(x, size, this.options);
  }
}
