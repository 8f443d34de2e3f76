/**
 * Linear resampling of 2D and 3D images, one axis after the other as a product with a thin matrix, so that the
 * gradient is exact (TensorFlow.js's own ignores half-pixel centres) and 3D needs no kernel of its own.
 */
import { type Tensor, tf } from '../tf.js';
import { Module } from './module.js';

/** Weights `[to, from]` of linear interpolation along one axis; PyTorch's two conventions. */
export function linearWeights(from: number, to: number, alignCorners: boolean): Float32Array {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const aligned = to > 1 ? (i * (from - 1)) / (to - 1) : 0;
    const position = alignCorners ? aligned : Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(position), from - 1);
    const high = Math.min(low + 1, from - 1);
    const part = position - low;
    weights[i * from + low] += 1 - part;
    weights[i * from + high] += part;
  }
  return weights;
}

/** Resamples the spatial axes of a channels-last image to `size`. */
export function interpolateLinear(x: Tensor, size: readonly number[], alignCorners = false): Tensor {
  const rank = x.shape.length;
  const channelsFirst = [0, rank - 1, ...size.map((_, i) => i + 1)];
  const channelsLast = [0, ...size.map((_, i) => i + 2), 1];
  let image = tf.transpose(x, channelsFirst);
  size.forEach((to, i) => {
    image = resampleAxis(image, i + 2, to, alignCorners);
  });
  return tf.transpose(image, channelsLast);
}

function resampleAxis(x: Tensor, axis: number, to: number, alignCorners: boolean): Tensor {
  const from = x.shape[axis];
  if (from === to) return x;
  const weights = tf.tensor2d(linearWeights(from, to, alignCorners), [to, from]);
  const shape = x.shape.map((side, i) => (i === axis ? to : side));
  const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = x.size / (before * from);
  if (after === 1) return tf.reshape(tf.matMul(tf.reshape(x, [before, from]), weights, false, true), shape);
  return tf.reshape(tf.matMul(tf.reshape(weights, [1, to, from]), tf.reshape(x, [before, from, after])), shape);
}

/** Linear enlargement by whole factors, `[y, x]` or `[z, y, x]`; half-pixel centres. */
export class Upsampling extends Module<Tensor> {
  constructor(readonly factors: readonly number[]) {
    super();
  }

  forward(x: Tensor): Tensor {
    const size = this.factors.map((factor, i) => x.shape[i + 1] * factor);
    return interpolateLinear(x, size);
  }
}
