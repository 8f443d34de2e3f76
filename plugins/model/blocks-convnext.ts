/**
 * Blocks of ConvNeXt (Z. Liu et al., A ConvNet for the 2020s, CVPR 2022) and ConvNeXt V2 (S. Woo et al., CVPR 2023), with
 * the layer numbering of BiaPy's checkpoints.
 */
import {
  Activation,
  Convolution,
  constant,
  DropPath,
  GlobalResponseNormalization,
  LayerNormalization,
  Linear,
  Module,
  type Pass,
  Sequential,
  type Slot,
  type Tensor,
  TransposedConvolution,
  tf,
  Upsampling,
} from '../../core/tensor/index.js';
import { convolution, pointwise } from './blocks.js';
import { DecoderBlock } from './blocks-up.js';

/** Channels of the hidden layer beside those of the block. */
const EXPANSION = 4;

export interface ConvNeXtOptions {
  ndim: 2 | 3;
  version: 1 | 2;
  /** Starting value of the factor per channel that ends a block of version 1; 0 for none. */
  layerScale: number;
}

/**
 * Takes the number of PyTorch's `Permute`, which brings channels first or last; images are channels-last here, so there
 * is nothing to do.
 */
class Permute extends Module<Tensor> {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** Depth-wise convolution, layer norm, dense, GELU, (response normalisation,) dense, beside the identity. */
export class ConvNeXtBlock extends Module<Tensor> {
  readonly block: Sequential;
  readonly scale: Slot | undefined;
  readonly dropPath: DropPath;

  /** @param kernel sides of the depth-wise convolution. @param dropPath probability that a sample skips the block. */
  constructor(
    channels: number,
    kernel: readonly number[],
    dropPath: number,
    { ndim, version, layerScale }: ConvNeXtOptions,
  ) {
    super();
    const hidden = EXPANSION * channels;
    const init = 'xavier';
    const parts = [
      new Convolution(channels, channels, { kernel, groups: channels, init }),
      new Permute(),
      new LayerNormalization(channels, 1e-6),
      new Linear(channels, hidden, { init }),
      new Activation('gelu'),
      ...(version === 2 ? [new GlobalResponseNormalization(hidden)] : []),
      new Linear(hidden, channels, { init }),
      new Permute(),
    ];
    this.block = this.child('block', new Sequential(parts));
    if (version === 1 && layerScale > 0)
      this.scale = this.parameter('layer_scale', [channels, ...Array(ndim).fill(1)], constant(layerScale));
    this.dropPath = new DropPath(dropPath);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.block.forward(x, pass);
    const scaled = this.scale ? tf.mul(y, tf.reshape(pass.value(this.scale), [-1])) : y;
    return tf.add(x, this.dropPath.forward(scaled, pass));
  }
}

/** The image in pieces: a convolution whose stride is its kernel, then layer norm. */
export function convNeXtStem(inputs: number, outputs: number, kernel: readonly number[]): Sequential {
  const cut = new Convolution(inputs, outputs, {
    kernel,
    stride: kernel,
    padding: kernel.map(() => 0),
    init: 'xavier',
  });
  return new Sequential([cut, new Permute(), new LayerNormalization(outputs), new Permute()]);
}

/** The stem backwards: a transposed convolution, then layer norm. */
export function convNeXtInvertedStem(channels: number, kernel: readonly number[]): Sequential {
  const spread = new TransposedConvolution(channels, channels, kernel);
  return new Sequential([spread, new Permute(), new LayerNormalization(channels), new Permute()]);
}

/** Layer norm, then a convolution that makes smaller by `factors`. */
export function convNeXtDownsampling(inputs: number, outputs: number, factors: readonly number[]): Sequential {
  const none = factors.map(() => 0);
  const smaller = new Convolution(inputs, outputs, { kernel: factors, stride: factors, padding: none, init: 'xavier' });
  return new Sequential([new Permute(), new LayerNormalization(inputs), new Permute(), smaller]);
}

/** Layer norm and enlargement, `[enlarged, skip]` side by side, a convolution of one pixel, ConvNeXt blocks. */
export class UpConvNeXtBlock extends DecoderBlock {
  readonly up: Sequential;
  readonly convBlock: Sequential;
  readonly blocks: Sequential;

  constructor(
    inputs: number,
    outputs: number,
    factors: readonly number[],
    upsampleLayer: 'convtranspose' | 'upsampling',
    blocks: readonly ConvNeXtBlock[],
  ) {
    super();
    const ndim = factors.length;
    const norm = new Sequential([new Permute(), new LayerNormalization(inputs), new Permute()]);
    const enlarge =
      upsampleLayer === 'convtranspose'
        ? [new TransposedConvolution(inputs, outputs, factors)]
        : [new Upsampling(factors), pointwise(inputs, outputs, ndim)];
    this.up = this.child('up', new Sequential([norm, ...enlarge]));
    const join = convolution(2 * outputs, outputs, Array(ndim).fill(1));
    this.convBlock = this.child('conv_block.block', new Sequential([join]));
    this.blocks = this.child('cn_block', new Sequential(blocks));
  }

  join(x: Tensor, skip: Tensor, pass: Pass): Tensor {
    const joined = tf.concat([this.up.forward(x, pass), skip], -1);
    return this.blocks.forward(this.convBlock.forward(joined, pass), pass);
  }
}
