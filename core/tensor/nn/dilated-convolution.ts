/**
 * Convolution with holes. TensorFlow.js has the forward kernels but no gradients of them; these are made of kernels
 * that every backend and the compiler have.
 */
import { type Tensor, type Tensor4D, type Tensor5D, tf } from '../tf.js';
import { Convolution } from './convolution.js';
import type { Pass } from './module.js';

/** PyTorch's `Conv2d` / `Conv3d` with `dilation`, stride 1, odd kernels and padding that keeps the size. */
export class DilatedConvolution extends Convolution {
  readonly dilation: readonly number[];

  constructor(
    inputChannels: number,
    outputChannels: number,
    options: { kernel: readonly number[]; dilation: readonly number[]; init?: 'xavier' | 'default' },
  ) {
    super(inputChannels, outputChannels, options);
    this.dilation = options.dilation;
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const weight = pass.value(this.weight);
    const space = this.dilation.map((_, i) => i + 2);
    const y = dilatedConvolution(x, tf.transpose(weight, [...space, 1, 0]), this.dilation);
    return this.bias ? tf.add(y, pass.value(this.bias)) : y;
  }
}

/** Of `[n, ...space, in]` and a filter `[...kernel, in, out]`; the size stays. */
function dilatedConvolution(x: Tensor, filter: Tensor, dilation: readonly number[]): Tensor {
  return tf.customGrad((...args) => {
    const [input, weights, save] = args as unknown as [Tensor, Tensor, (tensors: Tensor[]) => void];
    save([input, weights]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [savedInput, savedWeights] = saved;
      return [
        convolve(dy, mirrored(savedWeights), dilation),
        filterGradient(savedInput, dy, savedWeights.shape, dilation),
      ];
    };
    return { value: convolve(input, weights, dilation), gradFunc };
  })(x, filter);
}

function convolve(x: Tensor, filter: Tensor, dilation: readonly number[]): Tensor {
  if (dilation.length === 2)
    return tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 'same', 'NHWC', dilation as [number, number]);
  return tf.conv3d(x as Tensor5D, filter as Tensor5D, 1, 'same', 'NDHWC', dilation as [number, number, number]);
}

/** With an odd kernel and padding that keeps the size, the input's gradient is a convolution with this filter. */
function mirrored(filter: Tensor): Tensor {
  const space = filter.shape.slice(0, -2).map((_, axis) => axis);
  return tf.transpose(tf.reverse(filter, space), [...space, space.length + 1, space.length]);
}

/**
 * dW[k, c, o] = Σ over batch and space of X[p + dilation · k, c] · dY[p, o].
 *
 * One product for each line of the kernel: fewer would hold more shifted copies of a large image at once, more would
 * be too thin to be fast.
 */
function filterGradient(x: Tensor, dy: Tensor, shape: readonly number[], dilation: readonly number[]): Tensor {
  const kernel = shape.slice(0, -2);
  const [inputs, outputs] = shape.slice(-2);
  const around = kernel.map((side, i): [number, number] => {
    const reach = (dilation[i] * (side - 1)) / 2;
    return [reach, reach];
  });
  const padded = tf.pad(x, [[0, 0], ...around, [0, 0]]);
  const columns = Array.from({ length: kernel[kernel.length - 1] }, (_, column) => column);
  const rows = positions(kernel.slice(0, -1)).map((line) => {
    const shifted = columns.map((column) => {
      const start = [...line, column].map((k, i) => k * dilation[i]);
      return tf.slice(padded, [0, ...start, 0], [...x.shape]);
    });
    return tf.reshape(pointwiseGradient(tf.concat(shifted, -1), dy), [columns.length, inputs, outputs]);
  });
  return tf.reshape(tf.concat(rows, 0), [...shape]);
}

/** Gradient of a 1×1 convolution's filter: Σ over batch and space of X[p, c] · dY[p, o]. */
function pointwiseGradient(x: Tensor, dy: Tensor): Tensor {
  const one = dy.shape.slice(1, -1).map(() => 1);
  const filterShape = [...one, x.shape[x.shape.length - 1], dy.shape[dy.shape.length - 1]];
  const [kernel, more] =
    one.length === 2 ? ['Conv2DBackpropFilter', { dataFormat: 'NHWC' }] : ['Conv3DBackpropFilterV2', {}];
  const attributes = { strides: one, pad: 'valid', filterShape, ...(more as object) };
  return tf.engine().runKernel(kernel as string, { x, dy }, attributes) as Tensor;
}

/** Every index of a small grid, last axis fastest. */
function positions(sides: readonly number[]): number[][] {
  return sides.reduce<number[][]>(
    (list, side) => list.flatMap((place) => Array.from({ length: side }, (_, k) => [...place, k])),
    [[]],
  );
}
