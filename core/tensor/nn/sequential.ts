/** Modules one after the other; parts are named by their position, as in PyTorch. */
import type { Tensor } from '../tf.js';
import { Module, type Pass } from './module.js';

export class Sequential extends Module<Tensor> {
  readonly #row: readonly Module<Tensor>[];

  constructor(parts: readonly Module<Tensor>[]) {
    super();
    this.#row = parts;
    parts.forEach((part, index) => {
      this.child(String(index), part);
    });
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.#row.reduce((value, part) => part.forward(value, pass), x);
  }
}
