/** The convolutions computed element by element, for the eager runtime; they are the measure of the compiled ones. */
import { sizeOf } from '../layout.js';
import type { Geometry } from './geometry.js';

/** Shapes of one convolution: image `[n, ...space, c]`, filter `[out, in/groups, ...kernel]`, result `[n, ...space, out]`. */
export interface Shapes {
  readonly image: readonly number[];
  readonly filter: readonly number[];
  readonly result: readonly number[];
}

/** Adds Σ image · filter to `result`. */
export function addConvolution(
  image: Float32Array,
  filter: Float32Array,
  result: Float32Array,
  shapes: Shapes,
  geometry: Geometry,
): void {
  const weights = byPlace(filter, shapes);
  eachMeeting(shapes, geometry, (at, outputs, from, inputs, of) => {
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let c = 0; c < inputs; c++) sum += image[from + c] * weights[of++];
      result[at + o] += sum;
    }
  });
}

/** Adds the gradient of the image, given that of the result. */
export function addInputGradient(
  slope: Float32Array,
  filter: Float32Array,
  gradient: Float32Array,
  shapes: Shapes,
  geometry: Geometry,
): void {
  const weights = byPlace(filter, shapes);
  eachMeeting(shapes, geometry, (at, outputs, from, inputs, of) => {
    for (let o = 0; o < outputs; o++) {
      const factor = slope[at + o];
      for (let c = 0; c < inputs; c++) gradient[from + c] += factor * weights[of++];
    }
  });
}

/** Adds the gradient of the filter, given that of the result. */
export function addFilterGradient(
  image: Float32Array,
  slope: Float32Array,
  gradient: Float32Array,
  shapes: Shapes,
  geometry: Geometry,
): void {
  const sums = byPlace(gradient, shapes);
  eachMeeting(shapes, geometry, (at, outputs, from, inputs, of) => {
    for (let o = 0; o < outputs; o++) {
      const factor = slope[at + o];
      for (let c = 0; c < inputs; c++) sums[of++] += factor * image[from + c];
    }
  });
  const { places, channels } = filterSizes(shapes);
  for (let i = 0; i < sums.length; i++) gradient[(i % channels) * places + Math.floor(i / channels)] = sums[i];
}

/** How many places a kernel has, and how many pairs of channels meet at each. */
function filterSizes({ filter: [outputs, perGroup, ...kernel] }: Shapes): { places: number; channels: number } {
  return { places: sizeOf(kernel), channels: outputs * perGroup };
}

/** A filter as `[...kernel, out, in/groups]`: what meets at one place lies side by side. */
function byPlace(filter: Float32Array, shapes: Shapes): Float32Array {
  const { places, channels } = filterSizes(shapes);
  return filter.map((_, i) => filter[(i % channels) * places + Math.floor(i / channels)]);
}

/**
 * Visits every pair of pixels that a convolution multiplies, one group of channels at a time: offset and number of the
 * channels in the result, the same in the image, and the offset of their weights in a filter {@link byPlace}.
 */
export function eachMeeting(
  shapes: Shapes,
  geometry: Geometry,
  visit: (at: number, outputs: number, from: number, inputs: number, of: number) => void,
): void {
  const { image, result } = shapes;
  const [n, ...rest] = image;
  const input = rest.slice(0, -1);
  const output = result.slice(1, -1);
  const [outputs, perGroup, ...kernel] = shapes.filter;
  const { groups } = geometry;
  const { places, channels } = filterSizes(shapes);
  const outputsPerGroup = outputs / groups;
  const pixels = sizeOf(output);
  const sources = sizeOf(input);
  for (let place = 0; place < places; place++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const source = sourcePixel(pixel, place, input, output, kernel, geometry);
      if (source < 0) continue;
      for (let sample = 0; sample < n; sample++) {
        const from = (sample * sources + source) * groups * perGroup;
        const at = (sample * pixels + pixel) * outputs;
        for (let group = 0; group < groups; group++) {
          const first = group * outputsPerGroup;
          visit(at + first, outputsPerGroup, from + group * perGroup, perGroup, place * channels + first * perGroup);
        }
      }
    }
  }
}

/** Flat index of the pixel that a place of the kernel meets, −1 in the padding. */
function sourcePixel(
  pixel: number,
  place: number,
  input: readonly number[],
  output: readonly number[],
  kernel: readonly number[],
  { strides, dilations, before }: Geometry,
): number {
  let index = 0;
  let step = 1;
  let p = pixel;
  let k = place;
  for (let axis = input.length - 1; axis >= 0; axis--) {
    const at = (p % output[axis]) * strides[axis] + (k % kernel[axis]) * dilations[axis] - before[axis];
    if (at < 0 || at >= input[axis]) return -1;
    index += at * step;
    step *= input[axis];
    p = Math.floor(p / output[axis]);
    k = Math.floor(k / kernel[axis]);
  }
  return index;
}
