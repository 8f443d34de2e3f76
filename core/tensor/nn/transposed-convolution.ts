/** Transposed convolution in 2D and 3D. */
import { transposedConvolve } from '../convolve/convolve.js';
import { type Tensor, tf } from '../tf.js';
import { checkGroups } from './convolution.js';
import { type Start, startOf } from './init.js';
import { Module, type Pass, type Slot } from './module.js';

export interface TransposedConvolutionOptions {
  /** The kernel, unless given, so that windows tile the result. */
  stride?: readonly number[];
  /** Lines taken off both ends of each axis; 0. */
  padding?: readonly number[];
  /** Lines added after each axis, fewer than the stride or the dilation; 0. */
  outputPadding?: readonly number[];
  dilation?: readonly number[];
  groups?: number;
  bias?: boolean;
  /** `xavier` with zero biases, PyTorch's own start (the default), or any other. */
  init?: Start;
}

/** PyTorch's `ConvTranspose2d` / `3d`: tensors `weight` `[in, out/groups, ...kernel]` and `bias` `[out]`. */
export class TransposedConvolution extends Module<Tensor> {
  readonly weight: Slot;
  readonly bias: Slot | undefined;

  /**
   * @param kernel sides, `[y, x]` or `[z, y, x]`.
   * @throws RangeError when a number of channels is not a multiple of the groups.
   */
  constructor(
    inputChannels: number,
    outputChannels: number,
    readonly kernel: readonly number[],
    readonly options: TransposedConvolutionOptions = {},
  ) {
    super();
    const { groups = 1 } = options;
    checkGroups(groups, inputChannels, outputChannels);
    const shape = [inputChannels, outputChannels / groups, ...kernel];
    const start = startOf(options.init, shape);
    this.weight = this.parameter('weight', shape, start.weight);
    this.bias = options.bias === false ? undefined : this.parameter('bias', [outputChannels], start.bias);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const none = this.kernel.map(() => 0);
    const { stride = this.kernel, padding = none, outputPadding = none, groups = 1 } = this.options;
    const dilation = this.options.dilation ?? this.kernel.map(() => 1);
    const sides = this.kernel.map(
      (side, i) => (x.shape[i + 1] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (side - 1) + outputPadding[i] + 1,
    );
    const geometry = { strides: stride, dilations: dilation, before: padding, after: padding, groups };
    const y = transposedConvolve(x, pass.value(this.weight), geometry, sides);
    return this.bias ? tf.add(y, pass.value(this.bias)) : y;
  }
}
