/** Pooling in 2D and 3D. */
import { type Tensor, type Tensor4D, type Tensor5D, tf } from '../tf.js';
import { Module } from './module.js';

/** Maximum over windows whose stride is their size, `[y, x]` or `[z, y, x]`. */
export class MaxPooling extends Module<Tensor> {
  constructor(readonly factors: readonly number[]) {
    super();
  }

  forward(x: Tensor): Tensor {
    if (this.factors.length === 2) {
      const size = [...this.factors] as [number, number];
      return tf.maxPool(x as Tensor4D, size, size, 'valid');
    }
    const size = [...this.factors] as [number, number, number];
    return tf.maxPool3d(x as Tensor5D, size, size, 'valid');
  }
}
