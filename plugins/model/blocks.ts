/** Building blocks shared by the U-Net family, with the layer numbering that BiaPy's checkpoints have. */
import { TensorError } from '../../core/errors.js';
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
} from '../../core/tensor/index.js';
import { SqueezeExcitation } from './blocks-squeeze-excitation.js';

/** `sync_bn` is `bn` on one device. */
export type NormalizationName = 'none' | 'bn' | 'sync_bn' | 'in' | 'gn' | 'ln';

export interface BlockOptions {
  ndim: 2 | 3;
  /** Sides of the kernels, `[y, x]` or `[z, y, x]`. */
  kernel: readonly number[];
  normalization: NormalizationName;
  /** Learnable scale and shift of `in`. */
  instanceNormAffine: boolean;
  activation: ActivationName;
  upsampleLayer: 'convtranspose' | 'upsampling';
}

/**
 * A normalisation layer, or nothing for `none`. Groups of `gn`: 16 in 2D, 8 in 3D.
 *
 * @throws TensorError when the channels cannot be put into equal groups.
 */
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
      return [new GroupNormalization(groupsOf(channels, options.ndim), channels)];
    case 'ln':
      return [new LayerNormalization(channels)];
  }
}

function groupsOf(channels: number, ndim: 2 | 3): number {
  const groups = ndim === 2 ? 16 : 8;
  if (channels % groups === 0) return groups;
  throw new TensorError(
    `Group normalisation in ${ndim}D has ${groups} groups, and a layer has ${channels} channels. ` +
      `Give feature maps that are multiples of ${groups}, or take bn or in.`,
    { where: { key: 'MODEL.NORMALIZATION' } },
  );
}

/** The same side on every spatial axis. */
export function cube(side: number, ndim: number): number[] {
  return Array.from({ length: ndim }, () => side);
}

/** Convolution of the U-Net family: Xavier weights, zero bias, same size. */
export function convolution(inputs: number, outputs: number, kernel: readonly number[]): Convolution {
  return new Convolution(inputs, outputs, { kernel, init: 'xavier' });
}

/** Convolution of one pixel. */
export function pointwise(inputs: number, outputs: number, ndim: number): Convolution {
  return convolution(inputs, outputs, cube(1, ndim));
}

/** Convolution, normalisation, activation, dropout, squeeze-and-excitation; what is absent takes no number. */
export class ConvBlock extends Module<Tensor> {
  readonly block: Sequential;

  constructor(
    inputs: number,
    outputs: number,
    options: BlockOptions,
    extras: { dropout?: number; squeezeExcitation?: boolean } = {},
  ) {
    super();
    const { dropout = 0, squeezeExcitation = false } = extras;
    const parts = [
      convolution(inputs, outputs, options.kernel),
      ...normalization(outputs, options),
      new Activation(options.activation),
      ...(dropout > 0 ? [new Dropout(dropout)] : []),
      ...(squeezeExcitation ? [new SqueezeExcitation(outputs)] : []),
    ];
    this.block = this.child('block', new Sequential(parts));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.block.forward(x, pass);
  }
}

/** Two {@link ConvBlock}s; the first changes the number of channels. */
export class DoubleConvBlock extends Module<Tensor> {
  readonly block: Sequential;

  constructor(
    inputs: number,
    outputs: number,
    options: BlockOptions,
    extras: { dropout?: number; squeezeExcitation?: boolean } = {},
  ) {
    super();
    const first = new ConvBlock(inputs, outputs, options, extras);
    const second = new ConvBlock(outputs, outputs, options, extras);
    this.block = this.child('block', new Sequential([first, second]));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.block.forward(x, pass);
  }
}
