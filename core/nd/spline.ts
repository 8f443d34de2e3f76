/**
 * B-splines of orders 0 to 5: the filter that turns pixels into spline coefficients, and the weights that turn
 * coefficients back into values between pixels. Numbers agree with scipy.ndimage.
 *
 * M. Unser, A. Aldroubi, M. Eden, "B-spline signal processing", IEEE Trans. Signal Processing 41 (1993).
 */

import { reflectIndex, symmetricIndex } from '../image/border.js';
import { allocate, type Image, image, type PixelArray } from '../image/image.js';

/** 0 is the nearest pixel, 1 linear, 3 cubic. */
export type SplineOrder = 0 | 1 | 2 | 3 | 4 | 5;

/**
 * How an image goes on outside, by the names of numpy and scikit-image: `reflect` mirrors at the centre of the edge
 * pixel (scipy's `mirror`), `symmetric` at its outer side (scipy's `reflect`), `edge` repeats it (scipy's `nearest`),
 * `wrap` repeats the image (scipy's `grid-wrap`), `constant` is one value.
 */
export type SplineBorder = 'reflect' | 'symmetric' | 'edge' | 'wrap' | 'constant';

/** Pixels by which `edge` images are padded before they are filtered: after that many the filter has forgotten. */
const EDGE_PADDING = 12;

const POLES: Readonly<Record<SplineOrder, readonly number[]>> = {
  0: [],
  1: [],
  2: [Math.sqrt(8) - 3],
  3: [Math.sqrt(3) - 2],
  4: [
    Math.sqrt(664 - Math.sqrt(438976)) + Math.sqrt(304) - 19,
    Math.sqrt(664 + Math.sqrt(438976)) - Math.sqrt(304) - 19,
  ],
  5: [
    Math.sqrt(67.5 - Math.sqrt(4436.25)) + Math.sqrt(26.25) - 6.5,
    Math.sqrt(67.5 + Math.sqrt(4436.25)) - Math.sqrt(26.25) - 6.5,
  ],
};

/** Position in `[0, length)` that a border shows at an integer position; -1 where `constant` shows its value. */
export function borderIndex(index: number, length: number, border: SplineBorder): number {
  if (index >= 0 && index < length) return index;
  switch (border) {
    case 'reflect':
      return reflectIndex(index, length);
    case 'symmetric':
      return symmetricIndex(index, length);
    case 'edge':
      return index < 0 ? 0 : length - 1;
    case 'wrap':
      return ((index % length) + length) % length;
    case 'constant':
      return -1;
  }
}

/**
 * Spline coefficients of an image along some of its spatial axes (all by default), each channel alone.
 *
 * The coefficients of `edge` images of order 2 and more are longer than the image: `padding` pixels on each side of each
 * filtered axis. Orders 0 and 1 give the image itself. float32, or float64 from float64 and 32-bit integers.
 */
export function splineCoefficients(
  picture: Image,
  order: SplineOrder,
  border: SplineBorder,
  axes: readonly number[] = picture.shape.slice(0, -1).map((_, axis) => axis),
): { coefficients: Image; padding: number } {
  if (order < 2) return { coefficients: picture, padding: 0 };
  const padding = border === 'edge' ? EDGE_PADDING : 0;
  let { data } = picture;
  const shape = [...picture.shape];
  for (const axis of axes) {
    const filtered = filterAxis(data, shape, axis, order, border);
    data = filtered;
    shape[axis] += 2 * padding;
  }
  return { coefficients: image(data, shape, picture.metadata), padding };
}

/**
 * Coefficients along one axis of an array in C order, as a new array; see {@link splineCoefficients}, also for the
 * padding of `edge`.
 */
export function filterAxis(
  data: PixelArray,
  shape: readonly number[],
  axis: number,
  order: SplineOrder,
  border: SplineBorder,
): PixelArray {
  const wide = data instanceof Float64Array || data instanceof Int32Array || data instanceof Uint32Array;
  const padding = border === 'edge' && order > 1 ? EDGE_PADDING : 0;
  const length = shape[axis] + 2 * padding;
  const before = shape.slice(0, axis).reduce((product, side) => product * side, 1);
  const after = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  const result = allocate(wide ? 'float64' : 'float32', before * length * after);
  const poles = POLES[order];
  if (length === 1 || poles.length === 0) {
    result.set(data);
    return result;
  }
  const gain = poles.reduce((product, pole) => product * (1 - pole) * (1 - 1 / pole), 1);
  const start = border === 'symmetric' ? symmetricStart : border === 'wrap' ? wrappedStart : reflectedStart;
  // A strip of neighbouring lines is filtered together in double precision: rows of the strip are contiguous.
  const width = Math.min(after, 64);
  const strip = new Float64Array(length * width);
  for (let block = 0; block < before; block++)
    for (let first = 0; first < after; first += width) {
      const lines = Math.min(width, after - first);
      const from = block * shape[axis] * after + first;
      for (let i = 0; i < length; i++) {
        const at = from + Math.min(Math.max(i - padding, 0), shape[axis] - 1) * after;
        for (let k = 0; k < lines; k++) strip[i * lines + k] = data[at + k] * gain;
      }
      for (const pole of poles) {
        start(strip, length, lines, pole);
        for (let i = lines; i < length * lines; i++) strip[i] += pole * strip[i - lines];
        finish(strip, length, lines, pole, border);
        for (let i = (length - 1) * lines - 1; i >= 0; i--) strip[i] = pole * (strip[i + lines] - strip[i]);
      }
      const to = block * length * after + first;
      for (let i = 0; i < length; i++)
        for (let k = 0; k < lines; k++) result[to + i * after + k] = strip[i * lines + k];
    }
  return result;
}

/** Terms of a power series below this do not change a double. */
const NEGLIGIBLE = 1e-18;

/** First causal value where the signal is mirrored at the centre of its first and last pixel. */
function reflectedStart(strip: Float64Array, length: number, lines: number, pole: number): void {
  const last = pole ** (length - 1);
  for (let k = 0; k < lines; k++) {
    let sum = strip[k] + last * strip[(length - 1) * lines + k];
    let power = pole;
    for (let i = 1; i < length - 1 && Math.abs(power) > NEGLIGIBLE; i++, power *= pole)
      sum += power * (strip[i * lines + k] + last * strip[(length - 1 - i) * lines + k]);
    strip[k] = sum / (1 - last * last);
  }
}

/**
 * First causal value where the signal is mirrored at the outer side of its first and last pixel. scipy takes the first
 * pixel twice in its sum, which shows in axes of a few pixels; this is the exact value.
 */
function symmetricStart(strip: Float64Array, length: number, lines: number, pole: number): void {
  const end = pole ** length;
  for (let k = 0; k < lines; k++) {
    let sum = strip[k] + end * strip[(length - 1) * lines + k];
    let power = pole;
    for (let i = 1; i < length && Math.abs(power) > NEGLIGIBLE; i++, power *= pole)
      sum += power * (strip[i * lines + k] + end * strip[(length - 1 - i) * lines + k]);
    strip[k] += (sum * pole) / (1 - end * end);
  }
}

/** First causal value of a periodic signal. */
function wrappedStart(strip: Float64Array, length: number, lines: number, pole: number): void {
  for (let k = 0; k < lines; k++) {
    let sum = strip[k];
    let power = pole;
    for (let i = 1; i < length && Math.abs(power) > NEGLIGIBLE; i++, power *= pole)
      sum += power * strip[(length - i) * lines + k];
    strip[k] = sum / (1 - pole ** length);
  }
}

/** Last anticausal value. */
function finish(strip: Float64Array, length: number, lines: number, pole: number, border: SplineBorder): void {
  const end = (length - 1) * lines;
  for (let k = 0; k < lines; k++) {
    if (border === 'symmetric') strip[end + k] *= pole / (pole - 1);
    else if (border === 'wrap') {
      let sum = strip[end + k];
      let power = pole;
      for (let i = 0; i < length - 1 && Math.abs(power) > NEGLIGIBLE; i++, power *= pole)
        sum += power * strip[i * lines + k];
      strip[end + k] = (sum * pole) / (pole ** length - 1);
    } else strip[end + k] = ((pole * strip[end - lines + k] + strip[end + k]) * pole) / (pole * pole - 1);
  }
}

/**
 * Weights of the `order + 1` coefficients around a place, which sum to 1, written to `weights` from `at` on. The first
 * is `order >> 1` before the floor of the place for odd orders, and as many before the nearest integer for even ones.
 *
 * @param offset for odd orders the coordinate's distance from its floor, for even ones from the nearest integer.
 */
export function splineWeights(order: SplineOrder, offset: number, weights: Float64Array, at: number): void {
  const x = offset;
  const other = 1 - x;
  switch (order) {
    case 0:
      weights[at] = 1;
      return;
    case 1:
      weights[at] = other;
      weights[at + 1] = x;
      return;
    case 2:
      weights[at] = 0.5 * (0.5 - x) ** 2;
      weights[at + 1] = 0.75 - x * x;
      break;
    case 3:
      weights[at] = (other * other * other) / 6;
      weights[at + 1] = (x * x * (x - 2) * 3 + 4) / 6;
      weights[at + 2] = (other * other * (other - 2) * 3 + 4) / 6;
      break;
    case 4: {
      const near = (y: number) => y * (y * (y * ((5 - y) / 6) - 1.25) + 5 / 24) + 55 / 96;
      const square = x * x;
      weights[at] = (0.5 - x) ** 4 / 24;
      weights[at + 1] = near(1 + x);
      weights[at + 2] = square * (square * 0.25 - 0.625) + 115 / 192;
      weights[at + 3] = near(1 - x);
      break;
    }
    case 5: {
      const inner = (y: number) => y * y * (y * y * (0.25 - y / 12) - 0.5) + 0.55;
      const outer = (y: number) => y * (y * (y * (y * (y / 24 - 0.375) + 1.25) - 1.75) + 0.625) + 0.425;
      weights[at] = other ** 5 / 120;
      weights[at + 1] = outer(1 + x);
      weights[at + 2] = inner(x);
      weights[at + 3] = inner(other);
      weights[at + 4] = outer(1 + other);
      break;
    }
  }
  let sum = 0;
  for (let i = 0; i < order; i++) sum += weights[at + i];
  weights[at + order] = 1 - sum;
}
