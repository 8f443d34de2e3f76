/**
 * Structural similarity of tensors, Z. Wang et al., IEEE Trans. Image Processing 2004: Gaussian window of 11 pixels
 * (σ 1.5), k1 0.01, k2 0.03, variances of the population, mean over the places where the window fits.
 */
import { gaussianWindow, SSIM_K1, SSIM_K2, windowSide } from '../../nd/ssim.js';
import { type Scalar, type Tensor, type Tensor4D, type Tensor5D, tf } from '../tf.js';

/**
 * Mean over batch, places and channels of images `[n, [z,] y, x, c]`.
 *
 * @param range difference of the largest and the smallest possible value.
 */
export function structuralSimilarity(x: Tensor, y: Tensor, range: number | Tensor): Scalar {
  const c1 = tf.square(tf.mul(range, SSIM_K1));
  const c2 = tf.square(tf.mul(range, SSIM_K2));
  const [a, b] = [singleChannels(x), singleChannels(y)];
  const maps = tf.concat([a, b, tf.square(a), tf.square(b), tf.mul(a, b)], 0);
  const [ma, mb, maa, mbb, mab] = tf.split(blur(maps), 5, 0);
  const [squareA, squareB, product] = [tf.square(ma), tf.square(mb), tf.mul(ma, mb)];
  const [varianceA, varianceB, covariance] = [tf.sub(maa, squareA), tf.sub(mbb, squareB), tf.sub(mab, product)];
  const numerator = tf.mul(tf.add(tf.mul(product, 2), c1), tf.add(tf.mul(covariance, 2), c2));
  const denominator = tf.mul(tf.add(tf.add(squareA, squareB), c1), tf.add(tf.add(varianceA, varianceB), c2));
  return tf.mean(tf.div(numerator, denominator)) as Scalar;
}

/** `[n, ..., c]` to `[n·c, ..., 1]`. */
function singleChannels(x: Tensor): Tensor {
  const [n, ...rest] = x.shape;
  const channels = rest.pop()!;
  if (channels === 1) return x;
  const space = rest.map((_, axis) => axis + 1);
  return tf.reshape(tf.transpose(x, [0, rest.length + 1, ...space]), [n * channels, ...rest, 1]);
}

/** Weighted means along each spatial axis, at the places where the window fits. */
function blur(x: Tensor): Tensor {
  const sides = x.shape.slice(1, -1);
  return sides.reduce((blurred, side, axis) => {
    const window = gaussianWindow(windowSide(side));
    const kernel = sides.map((_, other) => (other === axis ? window.length : 1));
    const filter = tf.tensor(Float32Array.from(window), [...kernel, 1, 1]);
    return sides.length === 2
      ? tf.conv2d(blurred as Tensor4D, filter as Tensor4D, 1, 'valid', 'NHWC')
      : tf.conv3d(blurred as Tensor5D, filter as Tensor5D, 1, 'valid', 'NDHWC');
  }, x);
}
