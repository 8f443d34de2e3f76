/**
 * The gradient of a 2D convolution's filter on the TensorFlow.js CPU backend, whose own kernel looks up every pixel by a
 * list of coordinates: most of an eager training step was spent in it.
 */
import type { backend_util, KernelFunc } from '@tensorflow/tfjs';
import { type TensorInfo, tf } from '../tf.js';
import { eachMeeting } from './loops.js';

type Shape = [number, number, number, number];

interface Attributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  filterShape: Shape;
}

const BACKEND = 'cpu';
let quickened = false;

/** Puts a quicker kernel in the place of TensorFlow.js's own, for images that are channels-last as all of Biagraph's are. */
export function quickenFilterGradient(): void {
  if (quickened) return;
  quickened = true;
  const kernelName = tf.Conv2DBackpropFilter;
  const { kernelFunc: slow } = tf.getKernel(kernelName, BACKEND);
  tf.unregisterKernel(kernelName, BACKEND);
  const kernelFunc: KernelFunc = (call) => {
    const { strides, pad, dimRoundingMode, dataFormat, filterShape } = call.attrs as unknown as Attributes;
    if (dataFormat !== 'NHWC') return slow(call);
    const { x, dy } = call.inputs as Record<'x' | 'dy', TensorInfo>;
    const sizes = tf.backend_util.computeConv2DInfo(x.shape as Shape, filterShape, strides, 1, pad, dimRoundingMode);
    const read = ({ dataId }: TensorInfo) => tf.engine().readSync(dataId) as Float32Array;
    const values = filterGradient(read(x), read(dy), sizes);
    const dataId = (call.backend as InstanceType<typeof tf.KernelBackend>).write(values, filterShape, 'float32');
    return { dataId, shape: filterShape, dtype: 'float32' };
  };
  tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
}

/** Σ image · slope over all pixels, `[y, x, in, out]`. */
function filterGradient(image: Float32Array, slope: Float32Array, sizes: backend_util.Conv2DInfo): Float32Array {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo, inChannels, outChannels } = sizes;
  const sums = new Float64Array(filterHeight * filterWidth * inChannels * outChannels);
  const shapes = {
    image: sizes.inShape,
    filter: [outChannels, inChannels, filterHeight, filterWidth],
    result: sizes.outShape,
  };
  const geometry = {
    strides: [strideHeight, strideWidth],
    dilations: [1, 1],
    before: [padInfo.top, padInfo.left],
    after: [padInfo.bottom, padInfo.right],
    groups: 1,
  };
  eachMeeting(shapes, geometry, (at, outputs, from, inputs, of) => {
    for (let c = 0; c < inputs; c++) {
      const factor = image[from + c];
      for (let o = 0; o < outputs; o++) sums[of++] += factor * slope[at + o];
    }
  });
  return Float32Array.from(sums);
}
