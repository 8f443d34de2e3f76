/** The attention gate of O. Oktay et al., MIDL 2018: the decoder says which pixels of a skip connection matter. */
import { Module, type Pass, Sequential, type Tensor, tf } from '../../core/tensor/index.js';
import { type BlockOptions, normalization, pointwise } from './blocks.js';

/**
 * Skip and decoder meet in half as many channels, ReLU, one channel, normalisation, sigmoid.
 *
 * BiaPy normalises the decoder's branch, but not the one of the skip.
 */
export class AttentionGate extends Module<Tensor> {
  readonly ofDecoder: Sequential;
  readonly ofSkip: Sequential;
  readonly psi: Sequential;

  constructor(channels: number, options: BlockOptions) {
    super();
    const inner = Math.floor(channels / 2);
    const { ndim } = options;
    const decoder = [pointwise(channels, inner, ndim), ...normalization(inner, options)];
    this.ofDecoder = this.child('w_g', new Sequential(decoder));
    this.ofSkip = this.child('w_x', new Sequential([pointwise(channels, inner, ndim)]));
    this.psi = this.child('psi', new Sequential([pointwise(inner, 1, ndim), ...normalization(1, options)]));
  }

  /** The skip connection times a weight between 0 and 1 for each pixel. */
  weigh(skip: Tensor, decoder: Tensor, pass: Pass): Tensor {
    const both = tf.relu(tf.add(this.ofDecoder.forward(decoder, pass), this.ofSkip.forward(skip, pass)));
    return tf.mul(skip, tf.sigmoid(this.psi.forward(both, pass)));
  }

  forward(): never {
    throw new TypeError('an attention gate needs a skip connection and the decoder; use weigh');
  }
}
