/** Squeeze-and-excitation, J. Hu, L. Shen, G. Sun, CVPR 2018: channels weighted by what the whole image holds. */
import { Module, type Pass, type Slot, type Tensor, tf, xavierUniform } from '../../core/tensor/index.js';

const REDUCTION = 16;

/**
 * Global average, C to ⌊C/16⌋ without bias, ReLU, back to C without bias, sigmoid, product with the image.
 *
 * With fewer than 16 channels the hidden layer is empty, as in BiaPy: two tensors without elements, and a gate of 0.5.
 */
export class SqueezeExcitation extends Module<Tensor> {
  readonly hidden: number;
  readonly down: Slot;
  readonly up: Slot;

  constructor(readonly channels: number) {
    super();
    this.hidden = Math.floor(channels / REDUCTION);
    this.down = this.parameter('excitation.0.weight', [this.hidden, channels], xavierUniform);
    this.up = this.parameter('excitation.2.weight', [channels, this.hidden], xavierUniform);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    if (this.hidden === 0) return tf.mul(x, 0.5);
    const space = x.shape.slice(1, -1).map((_, axis) => axis + 1);
    const hidden = tf.relu(tf.matMul(tf.mean(x, space), pass.value(this.down), false, true));
    const gate = tf.sigmoid(tf.matMul(hidden, pass.value(this.up), false, true));
    return tf.mul(x, tf.reshape(gate, [x.shape[0], ...space.map(() => 1), this.channels]));
  }
}
