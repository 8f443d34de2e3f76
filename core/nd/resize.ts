/** Resizing as `skimage.transform.resize`, orders 0 to 5. */

import { allocate, type Box, type Image, image, type PixelArray, sizeOf, spatialShape } from '../image/image.js';
import { gaussianValues } from './gaussian.js';
import { borderIndex, filterAxis, type SplineBorder, type SplineOrder, splineWeights } from './spline.js';
import { gather, runOf } from './zoom.js';

export interface ResizeOptions {
  /** 0 takes the nearest pixel, 1 interpolates linearly, 3 with cubic splines. */
  order: SplineOrder;
  /** How the image goes on outside; default `reflect`. */
  border?: SplineBorder;
  /** What lies outside with the border `constant`. */
  fill?: number;
  /** Keep to the range of the input, which splines overshoot; default true. */
  clip?: boolean;
  /** Blur before an axis is shrunk, with half the factor less one as standard deviation; not with order 0. */
  antiAliasing?: boolean;
}

/** Pixels of border that are worked on where the border cannot be found by an index: enough for the splines to forget. */
const PADDING = 12;

/**
 * Resizes the spatial axes to `size`, each channel alone. Pixel centres are at half-integers, so both images cover the
 * same ground.
 *
 * Order 0 keeps the dtype (labels, masks). Others give float32, or float64 from float64 and 32-bit integers, in the range
 * of the input.
 */
export function resize(picture: Image, size: readonly number[], options: ResizeOptions): Image {
  const { order, border = 'reflect', fill = 0, clip = true, antiAliasing = false } = options;
  const sides = spatialShape(picture);
  const same = sides.every((side, axis) => side === size[axis]);
  if (same && order === 0) return picture;
  const wide = ['float64', 'int32', 'uint32'].includes(picture.dtype);
  let values: PixelArray = order === 0 || order === 1 ? picture.data : new Float64Array(picture.data);
  if (order > 0 && antiAliasing) {
    const sigma = sides.map((side, axis) => Math.max((side / size[axis] - 1) / 2, 0));
    values = gaussianValues(new Float64Array(values), picture.shape, sigma, { border, fill });
  }
  if (order === 1 && border !== 'constant') {
    const shape = [...size, picture.shape[sides.length]];
    const result = allocate(wide ? 'float64' : 'float32', sizeOf(shape));
    const tables = sides.map((side, axis) =>
      side === size[axis] ? undefined : sampling(side, size[axis], 1, border, 0, side),
    );
    resizeLinear(values, picture.shape, size, tables, result);
    return image(result, shape, picture.metadata);
  }
  if (order === 1) values = new Float64Array(values);
  const shape = [...picture.shape];
  for (let axis = 0; axis < sides.length; axis++) {
    if (sides[axis] === size[axis]) continue;
    values = resizeAxis(values, shape, axis, size[axis], order, border, fill);
    shape[axis] = size[axis];
  }
  if (order === 0) return image(values, shape, picture.metadata);
  if (clip) clipToRange(values, picture.data, border === 'constant' ? fill : undefined);
  return image(wide ? values : new Float32Array(values), shape, picture.metadata);
}

/**
 * Linear interpolation row by row: planes, then rows, then pixels, so that what is between the axes stays in the cache. Between
 * two values a line does not leave their range.
 */
function resizeLinear(
  values: PixelArray,
  shape: readonly number[],
  size: readonly number[],
  tables: readonly (Sampling | undefined)[],
  result: PixelArray,
): void {
  const channels = shape[shape.length - 1];
  const [, height, width] = shape.length === 4 ? shape : [1, ...shape];
  const [newDepth, newHeight, newWidth] = size.length === 3 ? size : [1, ...size];
  const [z, y, x] = tables.length === 3 ? tables : [undefined, ...tables];
  const row = width * channels;
  const plane = new Float64Array(z ? height * row : 0);
  const line = new Float64Array(row);
  const starts = x?.rows.map((at) => at * channels);
  for (let k = 0, to = 0; k < newDepth; k++) {
    let [source, origin] = [values, k * height * row];
    if (z) {
      addRows(values, z.rows[2 * k] * plane.length, z.rows[2 * k + 1] * plane.length, z.weights, 2 * k, plane);
      [source, origin] = [plane, 0];
    }
    for (let j = 0; j < newHeight; j++, to += newWidth * channels) {
      const [above, below] = y ? [y.rows[2 * j], y.rows[2 * j + 1]] : [j, j];
      if (y) addRows(source, origin + above * row, origin + below * row, y.weights, 2 * j, line);
      else for (let i = 0, from = origin + above * row; i < row; i++) line[i] = source[from + i];
      if (!x || !starts) result.set(line, to);
      else addPixels(line, starts, x.weights, channels, result, to);
    }
  }
}

/** Weighted sum of two rows, or planes. */
function addRows(
  from: PixelArray,
  first: number,
  second: number,
  weights: Float64Array,
  at: number,
  result: Float64Array,
): void {
  const [w0, w1] = [weights[at], weights[at + 1]];
  for (let i = 0; i < result.length; i++) result[i] = w0 * from[first + i] + w1 * from[second + i];
}

/** Weighted sums of two pixels of a row each. */
function addPixels(
  line: Float64Array,
  starts: Int32Array,
  weights: Float64Array,
  channels: number,
  result: PixelArray,
  to: number,
): void {
  if (channels === 1)
    for (let t = 0, at = to; t < starts.length; t += 2, at++)
      result[at] = weights[t] * line[starts[t]] + weights[t + 1] * line[starts[t + 1]];
  else
    for (let t = 0, at = to; t < starts.length; t += 2)
      for (let c = 0; c < channels; c++, at++)
        result[at] = weights[t] * line[starts[t] + c] + weights[t + 1] * line[starts[t + 1] + c];
}

function resizeAxis(
  values: PixelArray,
  shape: readonly number[],
  axis: number,
  size: number,
  order: SplineOrder,
  border: SplineBorder,
  fill: number,
): PixelArray {
  const length = shape[axis];
  const after = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  const before = values.length / (length * after);
  let [from, padding, stored] = [values, 0, length];
  if (border === 'constant' && order > 0) {
    // The value outside takes part in the interpolation, so it becomes part of the line.
    padding = PADDING;
    stored = length + 2 * PADDING;
    from = withBorder(values, before, length, after, fill);
    if (order > 1) from = filterAxis(from, [before, stored, after], 1, order, 'reflect');
  } else if (order > 1) {
    from = filterAxis(values, shape, axis, order, border);
    stored = from.length / (before * after);
    padding = (stored - length) / 2;
  }
  const { rows, weights } = sampling(length, size, order, border, padding, stored);
  const result = new (values.constructor as new (length: number) => PixelArray)(before * size * after);
  const taps = order + 1;
  if (order === 0 || taps === 1)
    for (let block = 0, to = 0; block < before; block++)
      for (let i = 0; i < size; i++) {
        const at = (block * stored + rows[i]) * after;
        for (let k = 0; k < after; k++) result[to++] = rows[i] < 0 ? fill : from[at + k];
      }
  else if (after < 16)
    combineLines(from as Float64Array, result as Float64Array, { stored, size, after, taps, rows, weights });
  else combineRows(from as Float64Array, result as Float64Array, { stored, size, after, taps, rows, weights });
  return result;
}

interface Combination {
  stored: number;
  size: number;
  after: number;
  taps: number;
  rows: Int32Array;
  weights: Float64Array;
}

/** Each row of the result is a weighted sum of `taps` rows. */
function combineRows(from: Float64Array, result: Float64Array, plan: Combination): void {
  const { stored, size, after, taps, rows, weights } = plan;
  for (let block = 0, to = 0; to < result.length; block += stored * after)
    for (let i = 0; i < size; i++, to += after) {
      const [w0, w1] = [weights[i * taps], weights[i * taps + 1]];
      const a0 = block + rows[i * taps] * after;
      const a1 = block + rows[i * taps + 1] * after;
      for (let k = 0; k < after; k++) result[to + k] = w0 * from[a0 + k] + w1 * from[a1 + k];
      for (let t = 2; t < taps; t++) {
        const weight = weights[i * taps + t];
        const at = block + rows[i * taps + t] * after;
        for (let k = 0; k < after; k++) result[to + k] += weight * from[at + k];
      }
    }
}

/** The same along lines whose values lie side by side. */
function combineLines(from: Float64Array, result: Float64Array, plan: Combination): void {
  const { stored, size, after, taps, rows, weights } = plan;
  const starts = rows.map((row) => row * after);
  if (taps === 2) {
    for (let line = 0, to = 0; to < result.length; line += stored * after)
      for (let t = 0; t < starts.length; t += 2) {
        const [w0, w1] = [weights[t], weights[t + 1]];
        const [a0, a1] = [line + starts[t], line + starts[t + 1]];
        for (let k = 0; k < after; k++) result[to++] = w0 * from[a0 + k] + w1 * from[a1 + k];
      }
    return;
  }
  for (let line = 0, to = 0; to < result.length; line += stored * after)
    for (let i = 0; i < size; i++)
      for (let k = line; k < line + after; k++) {
        let sum = 0;
        for (let t = i * taps; t < (i + 1) * taps; t++) sum += weights[t] * from[k + starts[t]];
        result[to++] = sum;
      }
}

interface Sampling {
  rows: Int32Array;
  weights: Float64Array;
}

/**
 * Resizing of boxes: each is made of a bounded box of the image, and is what {@link resize} of the whole has there.
 *
 * Undefined where a pixel looks at all of the image, or at what is outside of it: splines of order 2 and more, which are
 * filtered along whole axes, blurring before, and the border `constant`.
 */
export function boxResizer(
  sides: readonly number[],
  size: readonly number[],
  { order, border = 'reflect', antiAliasing = false }: ResizeOptions,
): BoxResizer | undefined {
  if (order > 1 || border === 'constant' || (order > 0 && antiAliasing)) return undefined;
  const tables = sides.map((side, axis) =>
    side === size[axis] ? undefined : sampling(side, size[axis], order, border, 0, side),
  );
  const taps = order + 1;
  const rowsOf = (table: Sampling, { start, size: counts }: Box, axis: number) =>
    table.rows.subarray(start[axis] * taps, (start[axis] + counts[axis]) * taps);
  const origin = (box: Box): Box => {
    const ends = tables.map((table, axis) =>
      table ? runOf(rowsOf(table, box, axis)) : [box.start[axis], box.size[axis]],
    );
    return { start: ends.map(([first]) => first), size: ends.map(([, length]) => length) };
  };
  return {
    origin,
    resize(part, box, { start }) {
      const own = tables.map(
        (table, axis): Sampling | undefined =>
          table && {
            rows: rowsOf(table, box, axis).map((row) => row - start[axis]),
            weights: table.weights.subarray(box.start[axis] * taps, (box.start[axis] + box.size[axis]) * taps),
          },
      );
      if (order === 0)
        return gather(
          part,
          own.map((table, axis) => table?.rows ?? Int32Array.from({ length: box.size[axis] }, (_, i) => i)),
        );
      const wide = ['float64', 'int32', 'uint32'].includes(part.dtype);
      const shape = [...box.size, part.shape[sides.length]];
      const result = allocate(wide ? 'float64' : 'float32', sizeOf(shape));
      resizeLinear(part.data, part.shape, box.size, own, result);
      return image(result, shape, part.metadata);
    },
  };
}

export interface BoxResizer {
  /** The box of the image that a box of the result is made of. */
  origin(box: Box): Box;
  /** @param part pixels of `origin`, that of the box. */
  resize(part: Image, box: Box, origin: Box): Image;
}

/** Which stored rows make every new row, `order + 1` of them, and with what weights. */
function sampling(
  length: number,
  size: number,
  order: SplineOrder,
  border: SplineBorder,
  padding: number,
  stored: number,
): Sampling {
  const taps = order + 1;
  const rows = new Int32Array(size * taps);
  const weights = new Float64Array(size * taps);
  for (let i = 0; i < size; i++) {
    const centre = (i + 0.5) * (length / size) - 0.5;
    if (order === 0) {
      // scipy folds the coordinate at the border before it rounds halves up.
      rows[i] = borderIndex(Math.floor(fold(centre, length, border) + 0.5), length, border);
      continue;
    }
    const base = order % 2 === 1 ? Math.floor(centre) : Math.floor(centre + 0.5);
    const first = base - (order >> 1);
    splineWeights(order, centre - base, weights, i * taps);
    for (let t = 0; t < taps; t++)
      rows[i * taps + t] =
        padding > 0 ? Math.min(Math.max(first + t + padding, 0), stored - 1) : borderIndex(first + t, length, border);
  }
  return { rows, weights };
}

function fold(centre: number, length: number, border: SplineBorder): number {
  if (border === 'edge') return Math.min(Math.max(centre, 0), length - 1);
  if (border !== 'reflect') return centre;
  if (length === 1) return 0;
  return centre < 0 ? -centre : centre > length - 1 ? 2 * (length - 1) - centre : centre;
}

function withBorder(values: PixelArray, before: number, length: number, after: number, fill: number): Float64Array {
  const row = (length + 2 * PADDING) * after;
  const result = new Float64Array(before * row).fill(fill);
  for (let block = 0; block < before; block++)
    result.set(values.subarray(block * length * after, (block + 1) * length * after), block * row + PADDING * after);
  return result;
}

/** Limits values to the range of the input; a fill outside of that range widens it where the result holds it. */
function clipToRange(values: PixelArray, input: PixelArray, fill: number | undefined): void {
  let [low, high] = rangeOf(input);
  if (fill !== undefined && (fill < low || fill > high)) {
    const [least, most] = rangeOf(values);
    if (fill >= least && fill <= most) [low, high] = [Math.min(low, fill), Math.max(high, fill)];
  }
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) values[i] = low;
    else if (values[i] > high) values[i] = high;
  }
}

function rangeOf(values: PixelArray): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}
