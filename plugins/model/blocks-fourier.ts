/** The discrete Fourier transform of images as matrix products, so that any backend has it and its gradient is exact. */
import { type Tensor, tf } from '../../core/tensor/index.js';

/** Sum of squares that counts as none; the slope of a bare root of 0 is not finite. */
const LEAST = 1e-20;

/**
 * Magnitude of the two-dimensional Fourier transform of each channel, `[n, y, x, c]` to the same shape, with its quadrants
 * swapped: rows from ⌊h/2⌋ on come first, then those before, and columns likewise. For odd sides this is not numpy's
 * `fftshift`, but what DFCAN does.
 */
export function swappedSpectrum(x: Tensor): Tensor {
  const [n, height, width, channels] = x.shape as [number, number, number, number];
  const [rows, columns] = [waves(height), waves(width)];
  // Along x, then along y. Matrices of cosines and sines stand below each other, so that one product makes both parts.
  const along = tf.matMul(columns, tf.reshape(x, [n * height, width, channels]));
  const lines = tf.reshape(along, [n, height, 2 * width * channels]);
  const both = tf.reshape(tf.matMul(rows, lines), [n, 2, height, 2, width * channels]);
  const part = (row: number, column: number) =>
    tf.reshape(tf.slice(both, [0, row, 0, column, 0], [-1, 1, -1, 1, -1]), [n, height, width, channels]);
  const real = tf.sub(part(0, 0), part(1, 1));
  const imaginary = tf.add(part(0, 1), part(1, 0));
  return tf.sqrt(tf.add(tf.add(tf.square(real), tf.square(imaginary)), LEAST));
}

/** `[1, 2 · side, side]`: cosines of all frequencies, then their sines, frequencies in the order of the swapped halves. */
function waves(side: number): Tensor {
  const half = Math.floor(side / 2);
  const values = new Float32Array(2 * side * side);
  for (let row = 0; row < side; row++) {
    const frequency = (row + half) % side;
    for (let at = 0; at < side; at++) {
      // Whole turns taken off first, so that large sides lose no digits.
      const angle = (2 * Math.PI * ((frequency * at) % side)) / side;
      values[row * side + at] = Math.cos(angle);
      values[(side + row) * side + at] = Math.sin(angle);
    }
  }
  return tf.tensor(values, [1, 2 * side, side]);
}
