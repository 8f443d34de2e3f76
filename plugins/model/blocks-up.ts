/** Decoder steps: a small feature map meets the encoder's larger one. */
import {
  Activation,
  Module,
  type Pass,
  Sequential,
  type Tensor,
  TransposedConvolution,
  tf,
  Upsampling,
} from '../../core/tensor/index.js';
import { type BlockOptions, DoubleConvBlock, normalization, pointwise } from './blocks.js';
import { AttentionGate } from './blocks-attention.js';

/** One step of a decoder. */
export abstract class DecoderBlock extends Module<Tensor> {
  /** @param skip the encoder's feature map of this level, of the enlarged size. */
  abstract join(x: Tensor, skip: Tensor, pass: Pass): Tensor;

  forward(): never {
    throw new TypeError('a step of a decoder needs a skip connection; use join');
  }
}

/** Enlarges, puts `[enlarged, skip]` side by side, convolves twice. */
export class UpBlock extends DecoderBlock {
  readonly up: Sequential;
  readonly gate: AttentionGate | undefined;
  readonly convBlock: DoubleConvBlock;

  constructor(
    inputs: number,
    outputs: number,
    factors: readonly number[],
    options: BlockOptions,
    extras: { dropout?: number; squeezeExcitation?: boolean; attentionGate?: boolean } = {},
  ) {
    super();
    const enlarge =
      options.upsampleLayer === 'convtranspose'
        ? [new TransposedConvolution(inputs, outputs, factors)]
        : [new Upsampling(factors), pointwise(inputs, outputs, options.ndim)];
    const parts = [...enlarge, ...normalization(outputs, options), new Activation(options.activation)];
    this.up = this.child('up', new Sequential(parts));
    this.gate = extras.attentionGate ? this.child('attention_gate', new AttentionGate(outputs, options)) : undefined;
    this.convBlock = this.child('conv_block', new DoubleConvBlock(outputs * 2, outputs, options, extras));
  }

  join(x: Tensor, skip: Tensor, pass: Pass): Tensor {
    const enlarged = this.up.forward(x, pass);
    const seen = this.gate ? this.gate.weigh(skip, enlarged, pass) : skip;
    return this.convBlock.forward(tf.concat([enlarged, seen], -1), pass);
  }
}
