/** Global response normalisation. */
import { type Tensor, tf } from '../tf.js';
import { zeros } from './init.js';
import { Module, type Pass, type Slot } from './module.js';

/** Sum of squares that counts as none. */
const LEAST = 1e-30;

/**
 * Global response normalisation of ConvNeXt V2 (S. Woo et al., CVPR 2023): `gamma·(x·n) + beta + x`, where n is the norm
 * of a channel over axes 1 and 2 beside the mean of those norms. Tensors `gamma`, `beta` of shape `[1, 1, 1, channels]`.
 *
 * Axes 1 and 2 also of a volume, as in BiaPy: there each column along x has a norm of its own.
 */
export class GlobalResponseNormalization extends Module<Tensor> {
  readonly gamma: Slot;
  readonly beta: Slot;

  constructor(channels: number) {
    super();
    const shape = [1, 1, 1, channels];
    this.gamma = this.parameter('gamma', shape, zeros);
    this.beta = this.parameter('beta', shape, zeros);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const squares = tf.sum(tf.square(x), [1, 2], true);
    // A channel that is silent everywhere has the slope 0 here, as in PyTorch, where that of a bare root is infinite.
    const norm = tf.sqrt(tf.maximum(squares, LEAST));
    const relative = tf.div(norm, tf.add(tf.mean(norm, -1, true), 1e-6));
    const gain = tf.add(tf.mul(pass.value(this.gamma), relative), 1);
    return tf.add(tf.mul(x, gain), pass.value(this.beta));
  }
}
