/** Pooling in 2D and 3D. */
import { type Tensor, type Tensor4D, type Tensor5D, tf } from '../tf.js';
import { padSpace } from './convolution.js';
import { Module } from './module.js';

export interface PoolingOptions {
  /** The window, unless given. */
  stride?: readonly number[];
  /** Lines around each axis, at most half of the window; 0. */
  padding?: readonly number[];
}

type Sides2D = [number, number];
type Sides3D = [number, number, number];

/** Most negative float32, which no maximum prefers. */
const LOWEST = -3.4028234663852886e38;

/** PyTorch's `MaxPool2d` / `3d`; sides of windows are `[y, x]` or `[z, y, x]`. */
export class MaxPooling extends Module<Tensor> {
  constructor(
    readonly factors: readonly number[],
    readonly options: PoolingOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    const { stride = this.factors, padding } = this.options;
    const image = padding?.some((lines) => lines > 0) ? padSpace(x, padding, LOWEST) : x;
    if (this.factors.length === 2)
      return tf.maxPool(image as Tensor4D, [...this.factors] as Sides2D, [...stride] as Sides2D, 'valid');
    const [, height, width] = this.factors;
    if (height !== width) return planesThenDepth(image, this.factors, stride);
    return tf.maxPool3d(image as Tensor5D, [...this.factors] as Sides3D, [...stride] as Sides3D, 'valid');
  }
}

/**
 * Maximum over each plane, then over depth, as 2D poolings: TensorFlow.js mistakes places in a 3D window whose height is
 * not its width (`maxPool3dPositions`), and so the gradient.
 */
function planesThenDepth(x: Tensor, [depth, ...plane]: readonly number[], [step, ...steps]: readonly number[]): Tensor {
  const [n, z, y, width, channels] = x.shape as [number, number, number, number, number];
  const planes = tf.reshape(x, [n * z, y, width, channels]) as Tensor4D;
  const flat = tf.maxPool(planes, plane as Sides2D, steps as Sides2D, 'valid');
  const [, rows, columns] = flat.shape;
  const columnsOfDepth = tf.reshape(flat, [n, z, rows * columns, channels]) as Tensor4D;
  const pooled = tf.maxPool(columnsOfDepth, [depth, 1], [step, 1], 'valid');
  return tf.reshape(pooled, [n, pooled.shape[1], rows, columns, channels]);
}

/** PyTorch's `AvgPool2d` / `3d`; zeros of the padding count, as they do there. */
export class AveragePooling extends Module<Tensor> {
  constructor(
    readonly factors: readonly number[],
    readonly options: PoolingOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    const { stride = this.factors, padding } = this.options;
    const image = padding?.some((lines) => lines > 0) ? padSpace(x, padding) : x;
    if (this.factors.length === 2)
      return tf.avgPool(image as Tensor4D, [...this.factors] as Sides2D, [...stride] as Sides2D, 'valid');
    return tf.avgPool3d(image as Tensor5D, [...this.factors] as Sides3D, [...stride] as Sides3D, 'valid');
  }
}

/** Mean or maximum over the space of an image: `[n, ...space, c]` to `[n, c]`. */
export class GlobalPooling extends Module<Tensor> {
  constructor(readonly kind: 'mean' | 'max' = 'mean') {
    super();
  }

  forward(x: Tensor): Tensor {
    const space = x.shape.slice(1, -1).map((_, axis) => axis + 1);
    return this.kind === 'mean' ? tf.mean(x, space) : tf.max(x, space);
  }
}
