/** Convolution in 2D and 3D. */
import { convolve } from '../convolve/convolve.js';
import { type Tensor, type Tensor4D, type Tensor5D, tf } from '../tf.js';
import { type Start, startOf } from './init.js';
import { Module, type Pass, type Slot } from './module.js';

export interface ConvolutionOptions {
  /** Sides of the kernel, `[y, x]` or `[z, y, x]`; their number says whether the layer is 2D or 3D. */
  kernel: readonly number[];
  stride?: readonly number[];
  dilation?: readonly number[];
  /** Zeros before and after each axis; `same` (the default) keeps the size at stride 1. */
  padding?: 'same' | readonly number[];
  /** Runs of channels that are convolved on their own; as many as there are channels for a depth-wise convolution. */
  groups?: number;
  bias?: boolean;
  /** `xavier` with zero biases, PyTorch's own start (the default), or any other. */
  init?: Start;
}

/** Weights stored `[a, b, ...kernel]` as TensorFlow.js wants them, `[...kernel, b, a]`. */
function filterOf(weight: Tensor): Tensor {
  const kernel = weight.shape.slice(2).map((_, axis) => axis + 2);
  return tf.transpose(weight, [...kernel, 1, 0]);
}

/**
 * PyTorch's `Conv2d` / `Conv3d`: tensors `weight` `[out, in/groups, ...kernel]` and `bias` `[out]`.
 *
 * @throws RangeError when a number of channels is not a multiple of the groups.
 */
export class Convolution extends Module<Tensor> {
  readonly weight: Slot;
  readonly bias: Slot | undefined;

  constructor(
    inputChannels: number,
    outputChannels: number,
    readonly options: ConvolutionOptions,
  ) {
    super();
    const { kernel, groups = 1 } = options;
    checkGroups(groups, inputChannels, outputChannels);
    const shape = [outputChannels, inputChannels / groups, ...kernel];
    const start = startOf(options.init, shape);
    this.weight = this.parameter('weight', shape, start.weight);
    this.bias = options.bias === false ? undefined : this.parameter('bias', [outputChannels], start.bias);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = convolution(x, pass.value(this.weight), this.options);
    return this.bias ? tf.add(y, pass.value(this.bias)) : y;
  }
}

/** {@link Convolution} with weights that something else has computed, `[out, in/groups, ...kernel]`; no bias. */
export function convolution(x: Tensor, weight: Tensor, options: Omit<ConvolutionOptions, 'bias' | 'init'>): Tensor {
  const { groups = 1, dilation = [] } = options;
  const plain = groups === 1 && dilation.every((step) => step === 1);
  return plain ? plainConvolution(x, filterOf(weight), options) : generalConvolution(x, weight, options);
}

/** @throws RangeError when a number of channels is not a multiple of the groups. */
export function checkGroups(groups: number, ...channels: readonly number[]): void {
  for (const count of channels)
    if (count % groups !== 0)
      throw new RangeError(`${count} channels cannot be put into ${groups} equal groups; give a multiple`);
}

/** TensorFlow.js's own convolution has no groups, and no gradient with dilation. */
function generalConvolution(x: Tensor, weight: Tensor, options: ConvolutionOptions): Tensor {
  const { kernel, stride, dilation, padding = 'same', groups = 1 } = options;
  const one = kernel.map(() => 1);
  const strides = stride ?? one;
  const dilations = dilation ?? one;
  const reach = kernel.map((side, i) => dilations[i] * (side - 1));
  const atUnitStride = strides.every((step) => step === 1);
  const before = padding === 'same' ? reach.map((r) => Math.floor(r / 2)) : padding;
  const after = padding === 'same' && atUnitStride ? reach.map((r, i) => r - before[i]) : before;
  return convolve(x, weight, { strides, dilations, before, after, groups });
}

function plainConvolution(x: Tensor, filter: Tensor, { kernel, stride, padding = 'same' }: ConvolutionOptions): Tensor {
  const strides = [...(stride ?? kernel.map(() => 1))];
  let input = x;
  let pad: 'same' | 'valid' = 'valid';
  if (padding === 'same') {
    // TensorFlow splits the padding of a strided convolution in another way than PyTorch; at stride 1 they agree.
    if (strides.every((step) => step === 1)) pad = 'same';
    else
      input = padSpace(
        x,
        kernel.map((side) => Math.floor((side - 1) / 2)),
      );
  } else if (padding.some((zerosAround) => zerosAround > 0)) input = padSpace(x, padding);
  if (kernel.length === 2)
    return tf.conv2d(input as Tensor4D, filter as Tensor4D, strides as [number, number], pad, 'NHWC');
  return tf.conv3d(input as Tensor5D, filter as Tensor5D, strides as [number, number, number], pad, 'NDHWC');
}

/** A constant around the space of an image. */
export function padSpace(x: Tensor, around: readonly number[], value = 0): Tensor {
  return tf.pad(x, [[0, 0], ...around.map((n): [number, number] => [n, n]), [0, 0]], value);
}
