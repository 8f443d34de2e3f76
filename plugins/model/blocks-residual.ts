/** Residual blocks with activation first: K. He et al., Identity Mappings in Deep Residual Networks, ECCV 2016. */
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
import { type BlockOptions, ConvBlock, convolution, normalization, pointwise } from './blocks.js';
import { SqueezeExcitation } from './blocks-squeeze-excitation.js';
import { DecoderBlock } from './blocks-up.js';

export interface ResidualOptions {
  dropout?: number;
  /** The first block of a network takes the image as it is, without normalisation and activation before. */
  first?: boolean;
  /** A convolution before the residual part, whose shortcut then is the identity (K. Lee et al., 2017). */
  extraConv?: boolean;
  /** Squeeze-and-excitation of the sum. */
  squeezeExcitation?: boolean;
  /** `pointwise`, or a convolution of the main kernel with normalisation (ResUNet++). */
  shortcut?: 'pointwise' | 'normalized';
}

/** A convolution alone, with the names of a {@link ConvBlock}. */
class BareConvBlock extends Module<Tensor> {
  readonly block: Sequential;

  constructor(channels: number, options: BlockOptions) {
    super();
    this.block = this.child('block', new Sequential([convolution(channels, channels, options.kernel)]));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.block.forward(x, pass);
  }
}

export class ResConvBlock extends Module<Tensor> {
  readonly before: Sequential | undefined;
  readonly block: Sequential;
  readonly shortcut: Sequential | undefined;
  readonly excitation: SqueezeExcitation | undefined;

  constructor(inputs: number, outputs: number, options: BlockOptions, residual: ResidualOptions = {}) {
    super();
    const { dropout, first, extraConv, squeezeExcitation, shortcut = 'pointwise' } = residual;
    const lead = first ? [] : [...normalization(inputs, options), new Activation(options.activation)];
    const change = new ConvBlock(inputs, outputs, options, { dropout });
    const last = new BareConvBlock(outputs, options);
    if (extraConv) {
      this.before = this.child('pre_conv', new Sequential([...lead, change]));
      const middle = new ConvBlock(outputs, outputs, options, { dropout });
      this.block = this.child('block', new Sequential([middle, last]));
    } else {
      this.block = this.child('block', new Sequential([...lead, change, last]));
      const parts =
        shortcut === 'pointwise'
          ? [pointwise(inputs, outputs, options.ndim)]
          : [convolution(inputs, outputs, options.kernel), ...normalization(outputs, options)];
      this.shortcut = this.child('shortcut', new Sequential(parts));
    }
    if (squeezeExcitation) this.excitation = this.child('se_block', new SqueezeExcitation(outputs));
  }

  forward(input: Tensor, pass: Pass): Tensor {
    const x = this.before ? this.before.forward(input, pass) : input;
    const past = this.shortcut ? this.shortcut.forward(x, pass) : x;
    const sum = tf.add(this.block.forward(x, pass), past);
    return this.excitation ? this.excitation.forward(sum, pass) : sum;
  }
}

/** Enlarges without changing the channels, puts `[enlarged, skip]` side by side, then a {@link ResConvBlock}. */
export class ResUpBlock extends DecoderBlock {
  readonly up: TransposedConvolution | Upsampling;
  readonly convBlock: ResConvBlock;

  constructor(
    inputs: number,
    skip: number,
    outputs: number,
    factors: readonly number[],
    options: BlockOptions,
    residual: ResidualOptions = {},
  ) {
    super();
    const enlarge =
      options.upsampleLayer === 'convtranspose'
        ? new TransposedConvolution(inputs, inputs, factors)
        : new Upsampling(factors);
    this.up = this.child('up', enlarge);
    this.convBlock = this.child('conv_block', new ResConvBlock(inputs + skip, outputs, options, residual));
  }

  join(x: Tensor, skip: Tensor, pass: Pass): Tensor {
    return this.convBlock.forward(tf.concat([this.up.forward(x, pass), skip], -1), pass);
  }
}
