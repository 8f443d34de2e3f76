/** Random silencing of elements during training. */
import { type Tensor, tf } from '../tf.js';
import { Module, type Pass } from './module.js';

/** Zeroes each element with probability `rate` and scales the others by 1/(1 − rate); nothing at evaluation. */
export class Dropout extends Module<Tensor> {
  constructor(readonly rate: number) {
    super();
  }

  forward(x: Tensor, pass: Pass): Tensor {
    if (!pass.training || this.rate === 0) return x;
    return tf.mul(x, pass.random({ shape: x.shape, keep: 1 - this.rate }));
  }
}
