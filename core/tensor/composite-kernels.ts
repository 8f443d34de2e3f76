/**
 * TensorFlow.js kernels that are several others in one, as its converter and its layers like them. They are recorded as
 * those others, which the compiler fuses again where that is faster.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { TensorError } from '../errors.js';
import type { Attributes } from './lower/rule.js';

export type KernelInputs = Readonly<Record<string, TensorInfo | undefined>>;
/** Records a kernel and gives its first output. */
export type Record1 = (kernel: string, inputs: Record<string, TensorInfo>, attributes?: Attributes) => TensorInfo;
export type Composite = (record: Record1, inputs: KernelInputs, attributes: Attributes, scalar: Scalar) => TensorInfo;
type Scalar = (value: number) => TensorInfo;

/** Adds the bias, then activates: what all fused kernels end with. */
function finished(record: Record1, value: TensorInfo, inputs: KernelInputs, attributes: Attributes): TensorInfo {
  const biased = inputs.bias ? record('Add', { a: value, b: inputs.bias }) : value;
  switch (attributes.activation ?? 'linear') {
    case 'linear':
      return biased;
    case 'relu':
      return record('Relu', { x: biased });
    case 'relu6':
      return record('Relu6', { x: biased });
    case 'elu':
      return record('Elu', { x: biased });
    case 'sigmoid':
      return record('Sigmoid', { x: biased });
    case 'leakyrelu':
      return record('LeakyRelu', { x: biased }, { alpha: attributes.leakyreluAlpha });
    case 'prelu':
      return record('Prelu', { x: biased, alpha: inputs.preluActivationWeights! });
    default:
      throw new TensorError(`the activation ${String(attributes.activation)} of a fused kernel is not known.`);
  }
}

const convolution =
  (kernel: string): Composite =>
  (record, inputs, attributes) =>
    finished(record, record(kernel, { x: inputs.x!, filter: inputs.filter! }, attributes), inputs, attributes);

export const COMPOSITES: ReadonlyMap<string, Composite> = new Map<string, Composite>([
  ['FusedConv2D', convolution('Conv2D')],
  ['FusedDepthwiseConv2D', convolution('DepthwiseConv2dNative')],
  [
    '_FusedMatMul',
    (record, inputs, attributes) =>
      finished(record, record('BatchMatMul', { a: inputs.a!, b: inputs.b! }, attributes), inputs, attributes),
  ],
  [
    'FusedBatchNorm',
    (record, { x, mean, variance, scale, offset }, { varianceEpsilon }, scalar) => {
      const spread = record('Rsqrt', { x: record('Add', { a: variance!, b: scalar(varianceEpsilon as number) }) });
      const factor = scale ? record('Multiply', { a: spread, b: scale }) : spread;
      const scaled = record('Multiply', { a: record('Sub', { a: x!, b: mean! }), b: factor });
      return offset ? record('Add', { a: scaled, b: offset }) : scaled;
    },
  ],
  [
    'DepthToSpace',
    (record, { x }, { blockSize, dataFormat }) => {
      if (dataFormat !== 'NHWC') throw new TensorError('DepthToSpace is known with channels last only.');
      const side = blockSize as number;
      const [n, h, w, c] = x!.shape;
      const depth = c / side ** 2;
      const split = record('Reshape', { x: x! }, { shape: [n, h, w, side, side, depth] });
      const woven = record('Transpose', { x: split }, { perm: [0, 1, 3, 2, 4, 5] });
      return record('Reshape', { x: woven }, { shape: [n, h * side, w * side, depth] });
    },
  ],
]);
