/** Geometry of sliding windows (convolution, pooling) in one form for 2D and 3D. */
import { tf } from '../tf.js';
import type { Attributes } from './rule.js';

/** One entry per spatial axis, `[y, x]` or `[z, y, x]`. */
export interface Window {
  input: number[];
  output: number[];
  kernel: number[];
  strides: number[];
  dilations: number[];
  before: number[];
  after: number[];
  outputChannels: number;
}

type Pad = Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
type Pair = [number, number];
type Triple = [number, number, number];

/**
 * Window of a convolution from its input shape `[n, ...space, c]` and filter shape `[...space, in, out]`,
 * or of a pooling when `pool` is set (the filter then has spatial axes only).
 */
export function windowOf(
  inputShape: readonly number[],
  filter: readonly number[],
  attributes: Attributes,
  pool = false,
): Window {
  const space = inputShape.length - 2;
  const repeat = (value: unknown) =>
    Array.isArray(value) ? (value as number[]) : Array.from({ length: space }, () => (value as number) ?? 1);
  const strides = repeat(attributes.strides);
  const dilations = repeat(attributes.dilations ?? 1);
  const channels = inputShape[inputShape.length - 1];
  const filterShape = pool ? [...filter, channels, channels] : [...filter];
  const rounding = attributes.dimRoundingMode as 'floor' | undefined;
  if (space === 2) {
    const info = tf.backend_util.computeConv2DInfo(
      inputShape as [number, number, number, number],
      filterShape as [number, number, number, number],
      strides as Pair,
      dilations as Pair,
      attributes.pad as Pad,
      rounding,
    );
    const { top, left, bottom, right } = info.padInfo;
    return {
      input: [info.inHeight, info.inWidth],
      output: [info.outHeight, info.outWidth],
      kernel: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      dilations: [info.dilationHeight, info.dilationWidth],
      before: [top, left],
      after: [bottom, right],
      outputChannels: info.outChannels,
    };
  }
  const info = tf.backend_util.computeConv3DInfo(
    inputShape as [number, number, number, number, number],
    filterShape as [number, number, number, number, number],
    strides as Triple,
    dilations as Triple,
    attributes.pad as 'same' | 'valid' | number,
    false,
    'channelsLast',
    rounding,
  );
  const { front, top, left, back, bottom, right } = info.padInfo;
  return {
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    kernel: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [front, top, left],
    after: [back, bottom, right],
    outputChannels: info.outChannels,
  };
}

/** ONNX attributes shared by convolution and pooling. */
export function windowAttributes(window: Window): Record<string, readonly number[]> {
  return {
    kernel_shape: window.kernel,
    strides: window.strides,
    pads: [...window.before, ...window.after],
  };
}

export function allEqual(values: readonly number[], value: number): boolean {
  return values.every((item) => item === value);
}
