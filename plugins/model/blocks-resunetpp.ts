/** Blocks of ResUNet++, D. Jha et al., IEEE International Symposium on Multimedia 2019. */
import {
  Activation,
  Convolution,
  MaxPooling,
  Module,
  type Pass,
  Sequential,
  type Tensor,
  tf,
} from '../../core/tensor/index.js';
import { type BlockOptions, convolution, cube, normalization, pointwise } from './blocks.js';

const RATES = [6, 12, 18];

/**
 * Atrous spatial pyramid pooling (L.-C. Chen et al., TPAMI 2018): one kernel side of 3 at three dilations, side by
 * side, then a 1×1 convolution. Convolution, ReLU, normalisation, in this order and with ReLU whatever the network has.
 */
export class AtrousPyramid extends Module<Tensor> {
  readonly branches: Sequential[];
  readonly output: Convolution;

  constructor(inputs: number, outputs: number, options: BlockOptions) {
    super();
    const { ndim } = options;
    const kernel = cube(3, ndim);
    this.branches = RATES.map((rate, i) => {
      const dilated = new Convolution(inputs, outputs, { kernel, dilation: cube(rate, ndim), init: 'xavier' });
      const parts = [dilated, new Activation('relu'), ...normalization(outputs, options)];
      return this.child(`aspp_block${i + 1}`, new Sequential(parts));
    });
    this.output = this.child('output', pointwise(RATES.length * outputs, outputs, ndim));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const seen = this.branches.map((branch) => branch.forward(x, pass));
    return this.output.forward(tf.concat(seen, -1), pass);
  }
}

/** The decoder's feature map, each pixel weighed by what the encoder saw there; no sigmoid bounds the weight. */
export class EncoderAttention extends Module<Tensor> {
  readonly ofEncoder: Sequential;
  readonly ofDecoder: Sequential;
  readonly weight: Sequential;

  /** @param factors how much smaller the decoder's feature map is than the encoder's. */
  constructor(encoder: number, decoder: number, factors: readonly number[], options: BlockOptions) {
    super();
    const kernel = cube(3, options.ndim);
    const lead = (channels: number) => [...normalization(channels, options), new Activation('relu')];
    const pooled = [...lead(encoder), convolution(encoder, decoder, kernel), new MaxPooling(factors)];
    this.ofEncoder = this.child('conv_encoder', new Sequential(pooled));
    this.ofDecoder = this.child(
      'conv_decoder',
      new Sequential([...lead(decoder), convolution(decoder, decoder, kernel)]),
    );
    this.weight = this.child('conv_attn', new Sequential([...lead(decoder), pointwise(decoder, 1, options.ndim)]));
  }

  weigh(encoder: Tensor, decoder: Tensor, pass: Pass): Tensor {
    const both = tf.add(this.ofEncoder.forward(encoder, pass), this.ofDecoder.forward(decoder, pass));
    return tf.mul(decoder, this.weight.forward(both, pass));
  }

  forward(): never {
    throw new TypeError('this attention needs the encoder and the decoder; use weigh');
  }
}
