/** Building blocks shared by the U-Net family, with the layer numbering that BiaPy's checkpoints have. */
import {
  Activation,
  type ActivationName,
  BatchNormalization,
  Convolution,
  Dropout,
  GroupNormalization,
  InstanceNormalization,
  LayerNormalization,
  Module,
  type Pass,
  Sequential,
  type Tensor,
  TransposedConvolution,
  tf,
  Upsampling,
} from '../../core/tensor/index.js';

/** `sync_bn` is `bn` on one device. */
export type NormalizationName = 'none' | 'bn' | 'sync_bn' | 'in' | 'gn' | 'ln';

export interface BlockOptions {
  ndim: 2 | 3;
  kernelSize: number;
  normalization: NormalizationName;
  /** Learnable scale and shift of `in`. */
  instanceNormAffine: boolean;
  activation: ActivationName;
  upsampleLayer: 'convtranspose' | 'upsampling';
}

/** A normalisation layer, or nothing for `none`. Groups of `gn`: 16 in 2D, 8 in 3D. */
export function normalization(channels: number, options: BlockOptions): Module<Tensor>[] {
  switch (options.normalization) {
    case 'none':
      return [];
    case 'bn':
    case 'sync_bn':
      return [new BatchNormalization(channels)];
    case 'in':
      return [new InstanceNormalization(channels, { affine: options.instanceNormAffine })];
    case 'gn':
      return [new GroupNormalization(options.ndim === 2 ? 16 : 8, channels)];
    case 'ln':
      return [new LayerNormalization(channels)];
  }
}

/** The same side on every spatial axis. */
export function cube(side: number, ndim: number): number[] {
  return Array.from({ length: ndim }, () => side);
}

/** Convolution of the U-Net family: Xavier weights, zero bias, same size. */
export function convolution(inputs: number, outputs: number, kernelSize: number, ndim: number): Convolution {
  return new Convolution(inputs, outputs, { kernel: cube(kernelSize, ndim), init: 'xavier' });
}

/** Convolution, normalisation, activation, dropout; what is absent takes no number. */
export class ConvBlock extends Module<Tensor> {
  readonly block: Sequential;

  constructor(inputs: number, outputs: number, dropout: number, options: BlockOptions) {
    super();
    this.block = this.child(
      'block',
      new Sequential([
        convolution(inputs, outputs, options.kernelSize, options.ndim),
        ...normalization(outputs, options),
        new Activation(options.activation),
        ...(dropout > 0 ? [new Dropout(dropout)] : []),
      ]),
    );
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.block.forward(x, pass);
  }
}

/** Two {@link ConvBlock}s; the first changes the number of channels. */
export class DoubleConvBlock extends Module<Tensor> {
  readonly block: Sequential;

  constructor(inputs: number, outputs: number, dropout: number, options: BlockOptions) {
    super();
    const first = new ConvBlock(inputs, outputs, dropout, options);
    const second = new ConvBlock(outputs, outputs, dropout, options);
    this.block = this.child('block', new Sequential([first, second]));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.block.forward(x, pass);
  }
}

/** Enlarges, puts `[enlarged, skip]` side by side, convolves twice. */
export class UpBlock extends Module<Tensor> {
  readonly up: Sequential;
  readonly convBlock: DoubleConvBlock;

  constructor(inputs: number, outputs: number, factors: readonly number[], dropout: number, options: BlockOptions) {
    super();
    const enlarge =
      options.upsampleLayer === 'convtranspose'
        ? [new TransposedConvolution(inputs, outputs, factors)]
        : [new Upsampling(factors), convolution(inputs, outputs, 1, options.ndim)];
    this.up = this.child(
      'up',
      new Sequential([...enlarge, ...normalization(outputs, options), new Activation(options.activation)]),
    );
    this.convBlock = this.child('conv_block', new DoubleConvBlock(outputs * 2, outputs, dropout, options));
  }

  /** @param skip the encoder's feature map of this level, of the enlarged size. */
  join(x: Tensor, skip: Tensor, pass: Pass): Tensor {
    const enlarged = this.up.forward(x, pass);
    return this.convBlock.forward(tf.concat([enlarged, skip], -1), pass);
  }

  forward(): never {
    throw new TypeError('an UpBlock needs a skip connection; use join');
  }
}
