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
  eachMeeting(shapes, geometry, (at, from, of) => {
    result[at] += image[from] * filter[of];
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
  eachMeeting(shapes, geometry, (at, from, of) => {
    gradient[from] += slope[at] * filter[of];
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
  eachMeeting(shapes, geometry, (at, from, of) => {
    gradient[of] += image[from] * slope[at];
  });
}

/** Visits every product that a convolution adds up: offsets in the result, in the image and in the filter. */
function eachMeeting(
  { image, filter, result }: Shapes,
  geometry: Geometry,
  visit: (at: number, from: number, of: number) => void,
): void {
  const [n, ...rest] = image;
  const channels = rest[rest.length - 1];
  const [outputs, perGroup, ...kernel] = filter;
  const input = rest.slice(0, -1);
  const output = result.slice(1, -1);
  const places = sizeOf(kernel);
  const outputsPerGroup = outputs / geometry.groups;
  const pixels = sizeOf(output);
  for (let place = 0; place < places; place++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const source = sourcePixel(pixel, place, input, output, kernel, geometry);
      if (source < 0) continue;
      for (let sample = 0; sample < n; sample++) {
        const from = (sample * sizeOf(input) + source) * channels;
        const at = (sample * pixels + pixel) * outputs;
        for (let o = 0; o < outputs; o++) {
          const first = Math.floor(o / outputsPerGroup) * perGroup;
          for (let c = 0; c < perGroup; c++) visit(at + o, from + first + c, (o * perGroup + c) * places + place);
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
