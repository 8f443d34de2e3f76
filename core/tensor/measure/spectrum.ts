/**
 * Discrete Fourier transform of real images, one axis after the other as products with matrices, so that it compiles and
 * has its gradient. Scaled by 1/√N (`ortho`), so that energies of image and spectrum agree.
 */
import { type Tensor, tf } from '../tf.js';

export interface Spectrum {
  readonly real: Tensor;
  readonly imaginary: Tensor;
}

/**
 * The spectrum over the spatial axes of `[n, [z,] y, x, c]`, with frequencies in place of pixels.
 *
 * @param half keeps the frequencies 0 … ⌊N/2⌋ of x, as numpy's `rfftn`: the others are conjugates of them.
 */
export function spectrum(x: Tensor, { half = false }: { half?: boolean } = {}): Spectrum {
  const last = x.shape.length - 2;
  const side = x.shape[last];
  const waves = wavesOf(side, half ? Math.floor(side / 2) + 1 : side);
  let [real, imaginary] = [along(x, last, waves.cosine), tf.neg(along(x, last, waves.sine))];
  for (let axis = last - 1; axis >= 1; axis--) {
    const { cosine, sine } = wavesOf(x.shape[axis], x.shape[axis]);
    [real, imaginary] = [
      tf.add(along(real, axis, cosine), along(imaginary, axis, sine)),
      tf.sub(along(imaginary, axis, cosine), along(real, axis, sine)),
    ];
  }
  return { real, imaginary };
}

/** cos and sin of 2π·k·m/N for each frequency k (rows) and pixel m (columns), over √N. */
function wavesOf(side: number, frequencies: number): { cosine: Tensor; sine: Tensor } {
  const matrix = (wave: (angle: number) => number) => {
    // The product is taken modulo N first: the angle stays small and exact.
    const values = Float32Array.from({ length: frequencies * side }, (_, i) => {
      const step = (Math.floor(i / side) * (i % side)) % side;
      return wave((2 * Math.PI * step) / side) / Math.sqrt(side);
    });
    return tf.tensor2d(values, [frequencies, side]);
  };
  return { cosine: matrix(Math.cos), sine: matrix(Math.sin) };
}

/** The product of a matrix `[to, from]` with one axis. */
function along(x: Tensor, axis: number, matrix: Tensor): Tensor {
  const [to, from] = matrix.shape;
  const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = x.size / (before * from);
  const shape = x.shape.map((side, i) => (i === axis ? to : side));
  if (after === 1) return tf.reshape(tf.matMul(tf.reshape(x, [before, from]), matrix as never, false, true), shape);
  return tf.reshape(tf.matMul(tf.reshape(matrix, [1, to, from]), tf.reshape(x, [before, from, after])), shape);
}
