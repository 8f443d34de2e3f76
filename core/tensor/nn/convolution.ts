/** Convolution and transposed convolution in 2D and 3D. */
import { type Tensor, type Tensor4D, type Tensor5D, tf } from '../tf.js';
import { biasUniform, type Initialiser, kaimingUniform, xavierUniform, zeros } from './init.js';
import { Module, type Pass, type Slot } from './module.js';

export interface ConvolutionOptions {
  /** Sides of the kernel, `[y, x]` or `[z, y, x]`; their number says whether the layer is 2D or 3D. */
  kernel: readonly number[];
  stride?: readonly number[];
  dilation?: readonly number[];
  /** Zeros before and after each axis; `same` (the default) keeps the size at stride 1. */
  padding?: 'same' | readonly number[];
  bias?: boolean;
  /** `xavier` with zero biases, or PyTorch's own start (the default). */
  init?: 'xavier' | 'default';
}

function starts(init: ConvolutionOptions['init'], weightShape: readonly number[]): [Initialiser, Initialiser] {
  return init === 'xavier' ? [xavierUniform, zeros] : [kaimingUniform, biasUniform(weightShape)];
}

/** Weights stored `[a, b, ...kernel]` as TensorFlow.js wants them, `[...kernel, b, a]`. */
function filterOf(weight: Tensor): Tensor {
  const kernel = weight.shape.slice(2).map((_, axis) => axis + 2);
  return tf.transpose(weight, [...kernel, 1, 0]);
}

/** PyTorch's `Conv2d` / `Conv3d`: tensors `weight` `[out, in, ...kernel]` and `bias` `[out]`. */
export class Convolution extends Module<Tensor> {
  readonly weight: Slot;
  readonly bias: Slot | undefined;

  constructor(
    inputChannels: number,
    outputChannels: number,
    readonly options: ConvolutionOptions,
  ) {
    super();
    const shape = [outputChannels, inputChannels, ...options.kernel];
    const [weightStart, biasStart] = starts(options.init, shape);
    this.weight = this.parameter('weight', shape, weightStart);
    this.bias = options.bias === false ? undefined : this.parameter('bias', [outputChannels], biasStart);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = convolve(x, filterOf(pass.value(this.weight)), this.options);
    return this.bias ? tf.add(y, pass.value(this.bias)) : y;
  }
}

function convolve(
  x: Tensor,
  filter: Tensor,
  { kernel, stride, dilation, padding = 'same' }: ConvolutionOptions,
): Tensor {
  const one = kernel.map(() => 1);
  const strides = [...(stride ?? one)];
  const dilations = [...(dilation ?? one)];
  let input = x;
  let pad: 'same' | 'valid' = 'valid';
  if (padding === 'same') {
    // TensorFlow splits the padding of a strided convolution in another way than PyTorch; at stride 1 they agree.
    if (strides.every((step) => step === 1)) pad = 'same';
    else
      input = padSpace(
        x,
        kernel.map((side, i) => Math.floor((dilations[i] * (side - 1)) / 2)),
      );
  } else if (padding.some((zerosAround) => zerosAround > 0)) input = padSpace(x, padding);
  if (kernel.length === 2)
    return tf.conv2d(
      input as Tensor4D,
      filter as Tensor4D,
      strides as [number, number],
      pad,
      'NHWC',
      dilations as [number, number],
    );
  return tf.conv3d(
    input as Tensor5D,
    filter as Tensor5D,
    strides as [number, number, number],
    pad,
    'NDHWC',
    dilations as [number, number, number],
  );
}

function padSpace(x: Tensor, around: readonly number[]): Tensor {
  return tf.pad(x, [[0, 0], ...around.map((n): [number, number] => [n, n]), [0, 0]]);
}

/** PyTorch's `ConvTranspose2d` / `3d` with kernel = stride and no padding: tensors `weight` `[in, out, ...kernel]`, `bias`. */
export class TransposedConvolution extends Module<Tensor> {
  readonly weight: Slot;
  readonly bias: Slot | undefined;

  constructor(
    inputChannels: number,
    readonly outputChannels: number,
    /** Kernel and stride, `[y, x]` or `[z, y, x]`. */
    readonly factors: readonly number[],
    options: { bias?: boolean; init?: 'xavier' | 'default' } = {},
  ) {
    super();
    const shape = [inputChannels, outputChannels, ...factors];
    const [weightStart, biasStart] = starts(options.init, shape);
    this.weight = this.parameter('weight', shape, weightStart);
    this.bias = options.bias === false ? undefined : this.parameter('bias', [outputChannels], biasStart);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = transposedConvolve(x, filterOf(pass.value(this.weight)), this.factors, this.outputChannels);
    return this.bias ? tf.add(y, pass.value(this.bias)) : y;
  }
}

function transposedConvolve(x: Tensor, filter: Tensor, factors: readonly number[], channels: number): Tensor {
  const shape = [x.shape[0], ...factors.map((factor, i) => x.shape[i + 1] * factor), channels];
  if (factors.length === 2)
    return tf.conv2dTranspose(
      x as Tensor4D,
      filter as Tensor4D,
      shape as [number, number, number, number],
      factors as [number, number],
      'valid',
    );
  return transposedConvolve3d(x, filter, shape, factors as [number, number, number]);
}

/** TensorFlow.js registers no gradient for `conv3dTranspose`; this is it. */
function transposedConvolve3d(
  x: Tensor,
  filter: Tensor,
  shape: readonly number[],
  strides: readonly [number, number, number],
): Tensor {
  const steps = [...strides] as [number, number, number];
  const run = tf.customGrad((...args) => {
    const [input, weights, save] = args as unknown as [Tensor5D, Tensor5D, (tensors: Tensor[]) => void];
    save([input, weights]);
    const value = tf.conv3dTranspose(input, weights, shape as [number, number, number, number, number], steps, 'valid');
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [savedInput, savedWeights] = saved as [Tensor5D, Tensor5D];
      const filterGradient = () =>
        tf
          .engine()
          .runKernel(
            'Conv3DBackpropFilterV2',
            { x: dy, dy: savedInput },
            { strides: steps, pad: 'valid', filterShape: savedWeights.shape },
          ) as Tensor;
      return [tf.conv3d(dy as Tensor5D, savedWeights, steps, 'valid'), filterGradient()];
    };
    return { value, gradFunc };
  });
  return run(x, filter);
}
