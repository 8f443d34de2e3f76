/** Modules one after the other; parts are named by their position, as in PyTorch. */
import type { Tensor } from '../tf.js';
import { Module, type Pass } from './module.js';

export class Sequential extends Module<Tensor> {
  readonly parts: readonly Module<Tensor>[];

  constructor(parts: readonly Module<Tensor>[]) {
    super();
    this.parts = parts;
    parts.forEach((part, index) => {
      this.child(String(index), part);
    });
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.parts.reduce((value, part) => part.forward(value, pass), x);
  }
}
