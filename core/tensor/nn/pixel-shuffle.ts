/** Moves between space and channels, in 2D and 3D, with PyTorch's channel order. */
import { type Tensor, tf } from '../tf.js';
import { Module } from './module.js';

/**
 * Channels into space: `[n, ...space, c·r]` to `[n, ...space·factors, c]`, r the product of the factors. Channel
 * `(c, [z,] y, x)`, x fastest, goes to channel c at that offset. W. Shi et al., CVPR 2016.
 *
 * @param factors `[y, x]` or `[z, y, x]`.
 * @throws RangeError when the channels are not a multiple of r.
 */
export function pixelShuffle(x: Tensor, factors: readonly number[]): Tensor {
  const { n, depth, height, width, fz, fy, fx } = asVolume(x, factors);
  const channels = (x.shape[x.shape.length - 1] as number) / (fz * fy * fx);
  if (!Number.isInteger(channels))
    throw new RangeError(`${x.shape.at(-1)} channels do not fill pixels of ${factors.join('×')}; give a multiple`);
  // TensorFlow.js moves at most six axes at once: first along x, then along the others in whole rows.
  const along = tf.reshape(x, [n * depth * height, width, channels, fz * fy, fx]);
  const rows = tf.reshape(tf.transpose(along, [0, 3, 1, 4, 2]), [n, depth, height, fz, fy, width * fx * channels]);
  return tf.reshape(tf.transpose(rows, [0, 1, 3, 2, 4, 5]), [
    n,
    ...x.shape.slice(1, -1).map((side, i) => (side as number) * factors[i]),
    channels,
  ]);
}

/**
 * Space into channels, the inverse of {@link pixelShuffle}.
 *
 * @throws RangeError when a side is not a multiple of its factor.
 */
export function pixelUnshuffle(x: Tensor, factors: readonly number[]): Tensor {
  const sides = x.shape.slice(1, -1).map((side, i) => side / factors[i]);
  if (!sides.every(Number.isInteger))
    throw new RangeError(
      `a space of ${x.shape.slice(1, -1).join('×')} cannot be cut into pixels of ${factors.join('×')}`,
    );
  const { n, depth, height, width, fz, fy, fx } = asVolume(x, factors);
  const channels = x.shape[x.shape.length - 1] as number;
  const [z, y, columns] = [depth / fz, height / fy, width / fx];
  const rows = tf.transpose(tf.reshape(x, [n, z, fz, y, fy, width * channels]), [0, 1, 3, 2, 4, 5]);
  const along = tf.reshape(rows, [n * z * y, fz * fy, columns, fx, channels]);
  const moved = tf.transpose(along, [0, 2, 4, 1, 3]);
  return tf.reshape(moved, [n, ...sides, channels * fz * fy * fx]);
}

/** Sizes and factors with a depth of 1 for an image. */
function asVolume(x: Tensor, factors: readonly number[]) {
  const [fz, fy, fx] = factors.length === 2 ? [1, ...factors] : factors;
  const [depth, height, width] = factors.length === 2 ? [1, ...x.shape.slice(1, -1)] : x.shape.slice(1, -1);
  return { n: x.shape[0], depth, height, width, fz, fy, fx };
}

/** PyTorch's `PixelShuffle`, with one factor per axis. */
export class PixelShuffle extends Module<Tensor> {
  constructor(readonly factors: readonly number[]) {
    super();
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.factors);
  }
}

/** PyTorch's `PixelUnshuffle`, with one factor per axis. */
export class PixelUnshuffle extends Module<Tensor> {
  constructor(readonly factors: readonly number[]) {
    super();
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.factors);
  }
}
