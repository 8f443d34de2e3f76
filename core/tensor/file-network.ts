/** A network that is a file of another program: it brings its weights, and has nothing to train. */
import { Module } from './nn/module.js';
import type { Tensor } from './tf.js';

export abstract class FileNetwork extends Module<Tensor[]> {
  /**
   * @param kind what people call such a file.
   * @param files all of them, the one that was named first.
   */
  constructor(
    readonly kind: string,
    readonly files: readonly string[],
  ) {
    super();
  }
}
