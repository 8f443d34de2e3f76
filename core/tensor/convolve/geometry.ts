/** Kernels of Biagraph's own for the convolutions that TensorFlow.js has no kernel or no gradient for. */

/** One entry per spatial axis, `[y, x]` or `[z, y, x]`. */
export interface Geometry {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros before and after each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Input and output channels are cut into so many runs, each convolved on its own. */
  readonly groups: number;
}

/**
 * Names of the kernels. Images are `x`, `dy` `[n, ...space, c]`; filters have PyTorch's order
 * `[out, in/groups, ...kernel]`. Attributes are a {@link Geometry}, and `shape`, that of the result, where it does not
 * follow from the inputs.
 */
export const CONVOLVE = 'BiagraphConvolve';
export const CONVOLVE_INPUT_GRADIENT = 'BiagraphConvolveInputGradient';
export const CONVOLVE_FILTER_GRADIENT = 'BiagraphConvolveFilterGradient';

/** Sides of the result of a convolution. */
export function convolvedSides(input: readonly number[], kernel: readonly number[], geometry: Geometry): number[] {
  const { strides, dilations, before, after } = geometry;
  return input.map((side, i) => {
    const room = side + before[i] + after[i] - dilations[i] * (kernel[i] - 1) - 1;
    return Math.floor(room / strides[i]) + 1;
  });
}
