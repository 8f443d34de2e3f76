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

/** Zeroes whole channels of a sample with probability `rate`; PyTorch's `Dropout2d` / `3d`. */
export class ChannelDropout extends Module<Tensor> {
  constructor(readonly rate: number) {
    super();
  }

  forward(x: Tensor, pass: Pass): Tensor {
    if (!pass.training || this.rate === 0) return x;
    const shape = x.shape.map((side, axis) => (axis === 0 || axis === x.shape.length - 1 ? side : 1));
    return tf.mul(x, pass.random({ shape, keep: 1 - this.rate }));
  }
}

/**
 * Zeroes all of a sample with probability `rate`, for the branch beside a shortcut.
 * Stochastic depth: G. Huang et al., ECCV 2016; scaled by 1/(1 − rate) as in timm and torchvision's "row" mode.
 */
export class DropPath extends Module<Tensor> {
  constructor(readonly rate: number) {
    super();
  }

  forward(x: Tensor, pass: Pass): Tensor {
    if (!pass.training || this.rate === 0) return x;
    const shape = x.shape.map((side, axis) => (axis === 0 ? side : 1));
    return tf.mul(x, pass.random({ shape, keep: 1 - this.rate }));
  }
}
