/** Dense layer. */
import { type Tensor, type Tensor2D, tf } from '../tf.js';
import { type Start, startOf } from './init.js';
import { Module, type Pass, type Slot } from './module.js';

/** PyTorch's `Linear`, over the last axis of any tensor: `weight` `[out, in]` and `bias` `[out]`. */
export class Linear extends Module<Tensor> {
  readonly weight: Slot;
  readonly bias: Slot | undefined;

  constructor(inputs: number, outputs: number, options: { bias?: boolean; init?: Start } = {}) {
    super();
    const shape = [outputs, inputs];
    const start = startOf(options.init, shape);
    this.weight = this.parameter('weight', shape, start.weight);
    this.bias = options.bias === false ? undefined : this.parameter('bias', [outputs], start.bias);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const bias = this.bias && pass.value(this.bias);
    return dense(x, pass.value(this.weight), bias);
  }
}

/** `x · weightᵀ + bias` over the last axis. */
export function dense(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [outputs, inputs] = weight.shape as [number, number];
  const rows = tf.reshape(x, [x.size / inputs, inputs]) as Tensor2D;
  const product = tf.matMul(rows, weight as Tensor2D, false, true);
  return tf.reshape(bias ? tf.add(product, bias) : product, [...x.shape.slice(0, -1), outputs]);
}
