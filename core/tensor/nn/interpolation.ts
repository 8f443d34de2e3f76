/**
 * Resampling of 2D and 3D images, one axis after the other as a product with a thin matrix, so that the gradient is
 * exact (TensorFlow.js's own ignores half-pixel centres) and 3D needs no kernel of its own.
 */
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

/** Free parameter of cubic convolution; PyTorch's. */
const SHARPNESS = -0.75;

/** Where pixel i of the result lies in the source. */
function sourcePosition(i: number, from: number, to: number, alignCorners: boolean): number {
  if (!alignCorners) return ((i + 0.5) * from) / to - 0.5;
  return to > 1 ? (i * (from - 1)) / (to - 1) : 0;
}

/** Weights `[to, from]` of linear interpolation along one axis; PyTorch's two conventions. */
export function linearWeights(from: number, to: number, alignCorners: boolean): Float32Array {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const position = Math.max(0, sourcePosition(i, from, to, alignCorners));
    const low = Math.min(Math.floor(position), from - 1);
    const high = Math.min(low + 1, from - 1);
    const part = position - low;
    weights[i * from + low] += 1 - part;
    weights[i * from + high] += part;
  }
  return weights;
}

/**
 * Weights `[to, from]` of cubic convolution along one axis, edges repeated; PyTorch's two conventions.
 * R. G. Keys, IEEE Trans. ASSP 1981, with a = −0.75.
 */
export function cubicWeights(from: number, to: number, alignCorners: boolean): Float32Array {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const position = sourcePosition(i, from, to, alignCorners);
    const low = Math.floor(position);
    for (let at = low - 1; at <= low + 2; at++) {
      const inside = Math.min(Math.max(at, 0), from - 1);
      weights[i * from + inside] += cubic(Math.abs(position - at));
    }
  }
  return weights;
}

function cubic(x: number): number {
  const a = SHARPNESS;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/** Weights `[to, from]` of PyTorch's `nearest`: pixel ⌊i · from/to⌋. */
export function nearestWeights(from: number, to: number): Float32Array {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) weights[i * from + Math.min(Math.floor((i * from) / to), from - 1)] = 1;
  return weights;
}

function weightsFor(from: number, to: number, { mode = 'linear', alignCorners = false }: InterpolationOptions) {
  if (mode === 'nearest') return nearestWeights(from, to);
  return mode === 'cubic' ? cubicWeights(from, to, alignCorners) : linearWeights(from, to, alignCorners);
}

/** Resamples the spatial axes of a channels-last image to `size`. */
export function interpolate(x: Tensor, size: readonly number[], options: InterpolationOptions = {}): Tensor {
  const rank = x.shape.length;
  const channelsFirst = [0, rank - 1, ...size.map((_, i) => i + 1)];
  const channelsLast = [0, ...size.map((_, i) => i + 2), 1];
  let image = tf.transpose(x, channelsFirst);
  size.forEach((to, i) => {
    image = resampleAxis(image, i + 2, to, options);
  });
  return tf.transpose(image, channelsLast);
}

/** {@link interpolate}, linear. */
export function interpolateLinear(x: Tensor, size: readonly number[], alignCorners = false): Tensor {
  return interpolate(x, size, { alignCorners });
}

function resampleAxis(x: Tensor, axis: number, to: number, options: InterpolationOptions): Tensor {
  const from = x.shape[axis];
  if (from === to) return x;
  const shape = x.shape.map((side, i) => (i === axis ? to : side));
  const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = x.size / (before * from);
  if (options.mode === 'nearest' && to % from === 0)
    return tf.reshape(tf.tile(tf.reshape(x, [before * from, 1, after]), [1, to / from, 1]), shape);
  const weights = tf.tensor2d(weightsFor(from, to, options), [to, from]);
  if (after === 1) return tf.reshape(tf.matMul(tf.reshape(x, [before, from]), weights, false, true), shape);
  return tf.reshape(tf.matMul(tf.reshape(weights, [1, to, from]), tf.reshape(x, [before, from, after])), shape);
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
