/** Values of an image between its pixels, as `scipy.ndimage.map_coordinates` gives them. */

import { allocate, type Image, image, type PixelArray, sizeOf } from '../image/image.js';
import { borderIndex, type SplineBorder, type SplineOrder, splineCoefficients, splineWeights } from './spline.js';

export interface MapOptions {
  order: SplineOrder;
  border: SplineBorder;
  /** What lies outside with the border `constant`. */
  fill?: number;
}

/**
 * The values of an image at the given places, each channel alone.
 *
 * @param picture `[y, x, c]` or `[z, y, x, c]`.
 * @param coordinates for each of the last spatial axes (y and x, or z, y and x) the place of every pixel of the result, in
 *   pixels of the image, C order. With y and x alone every plane of a volume is mapped alike.
 * @param size sides of the result along the mapped axes.
 * @returns order 0 keeps the dtype; others give float32, or float64 from float64 and 32-bit integers. As in scipy, `constant`
 *   takes `fill` for every place outside the centres of the outermost pixels.
 */
export function mapCoordinates(
  picture: Image,
  coordinates: readonly Float64Array[],
  size: readonly number[],
  { order, border, fill = 0 }: MapOptions,
): Image {
  const { shape } = picture;
  const mapped = coordinates.length;
  const leading = shape.length - 1 - mapped;
  if (leading < 0 || size.length !== mapped || coordinates.some((places) => places.length !== sizeOf(size)))
    throw new RangeError(`${mapped} lists of coordinates do not fill ${size.join('×')} of shape ${shape.join('×')}`);
  const channels = shape[shape.length - 1];
  const sides = shape.slice(leading, -1);
  const { coefficients, padding } = splineCoefficients(
    picture,
    order,
    border,
    sides.map((_, axis) => leading + axis),
  );
  const planes = sizeOf(shape.slice(0, leading));
  const pixels = sizeOf(size);
  const wide = ['float64', 'int32', 'uint32'].includes(picture.dtype);
  const result = allocate(order === 0 ? picture.dtype : wide ? 'float64' : 'float32', planes * pixels * channels);
  const lengths = coefficients.shape.slice(leading, -1);
  const axes = sides.map((_, axis) => new Taps(lengths[axis], sizeOf(lengths.slice(axis + 1)) * channels, order));
  if (planes === 1 && mapped === 2 && (order === 0 || order === 1 || order === 3)) {
    const source = { data: coefficients.data, height: lengths[0], width: lengths[1], channels };
    mapPlane(source, coordinates, axes, { order, border, padding, fill }, result);
    return image(result, [...shape.slice(0, leading), ...size, channels], picture.metadata);
  }
  const planeLength = sizeOf(lengths) * channels;
  for (let first = 0; first < pixels; first += BLOCK) {
    const count = Math.min(BLOCK, pixels - first);
    axes.forEach((taps, axis) => {
      taps.locate(coordinates[axis], first, count, { border, padding });
    });
    for (let plane = 0; plane < planes; plane++)
      for (let c = 0; c < channels; c++) {
        const target = { data: result, at: (plane * pixels + first) * channels + c, step: channels, count };
        interpolate(coefficients.data, plane * planeLength + c, axes, order, target, fill);
      }
  }
  return image(result, [...shape.slice(0, leading), ...size, channels], picture.metadata);
}

/** Pixels whose taps are worked out together: their tables stay in the cache. */
const BLOCK = 512;

/** For the pixels of a block the coefficients along one axis that make their value. */
class Taps {
  /** Offsets into the coefficients, `order + 1` for each pixel; the first is -1 where the border's constant lies. */
  readonly at: Int32Array;
  readonly weights: Float64Array;

  constructor(
    private readonly length: number,
    private readonly stride: number,
    private readonly order: SplineOrder,
  ) {
    this.at = new Int32Array(BLOCK * (order + 1));
    this.weights = new Float64Array(BLOCK * (order + 1));
  }

  locate(
    places: Float64Array,
    first: number,
    count: number,
    { border, padding }: { border: SplineBorder; padding: number },
  ): void {
    const { at, weights, length, stride, order } = this;
    const taps = order + 1;
    // Inside a constant border the spline itself goes on mirrored.
    const beyond = border === 'constant' ? 'reflect' : border;
    const half = order >> 1;
    const rounding = order % 2 === 1 ? 0 : 0.5;
    for (let k = 0, to = 0; k < count; k++, to += taps) {
      let place = places[first + k] + padding;
      if (!(place >= 0 && place <= length - 1)) {
        if (border === 'constant' || Number.isNaN(place)) {
          at[to] = -1;
          continue;
        }
        // scipy folds a place at the border before it rounds it; `edge` goes on as far as its padding.
        place = foldPlace(place, length, border);
      }
      const base = Math.floor(place + rounding);
      const start = base - half;
      if (order === 0) {
        at[to] = (start >= 0 && start < length ? start : borderIndex(start, length, beyond)) * stride;
        continue;
      }
      if (order === 1) {
        weights[to + 1] = place - base;
        weights[to] = 1 - weights[to + 1];
      } else if (order === 3) {
        const x = place - base;
        const other = 1 - x;
        weights[to] = (other * other * other) / 6;
        weights[to + 1] = (x * x * (x - 2) * 3 + 4) / 6;
        weights[to + 2] = (other * other * (other - 2) * 3 + 4) / 6;
        weights[to + 3] = 1 - weights[to] - weights[to + 1] - weights[to + 2];
      } else splineWeights(order, place - base, weights, to);
      if (start >= 0 && start + order < length) for (let i = 0; i < taps; i++) at[to + i] = (start + i) * stride;
      else
        for (let i = 0; i < taps; i++) {
          const index = start + i;
          at[to + i] = (index >= 0 && index < length ? index : borderIndex(index, length, beyond)) * stride;
        }
    }
  }
}

interface Plane {
  data: PixelArray;
  height: number;
  width: number;
  channels: number;
}

/**
 * One plane, pixel by pixel: where all taps lie inside, which is nearly everywhere, they and their weights need no tables. The sums
 * are those of {@link interpolate}, term by term, so that both ways give the same bits.
 */
function mapPlane(
  plane: Plane,
  coordinates: readonly Float64Array[],
  axes: readonly Taps[],
  options: { order: 0 | 1 | 3; border: SplineBorder; padding: number; fill: number },
  result: PixelArray,
): void {
  const { data, channels } = plane;
  const { order, border, padding, fill } = options;
  const near = (pixel: number) => {
    axes.forEach((taps, axis) => {
      taps.locate(coordinates[axis], pixel, 1, { border, padding });
    });
    for (let c = 0; c < channels; c++)
      interpolate(data, c, axes, order, { data: result, at: pixel * channels + c, step: channels, count: 1 }, fill);
  };
  const [ys, xs] = coordinates;
  const mirrored = border === 'reflect';
  if (order === 0) nearestInside(plane, ys, xs, mirrored, result, near);
  else if (order === 1) linearInside(plane, ys, xs, mirrored, padding, result, near);
  else cubicInside(plane, ys, xs, mirrored, padding, result, near);
}

/** @param near gives the value of a pixel whose taps do not all lie inside. */
function nearestInside(
  { data, height, width, channels }: Plane,
  ys: Float64Array,
  xs: Float64Array,
  mirrored: boolean,
  result: PixelArray,
  near: (pixel: number) => void,
): void {
  const [endY, endX] = [height - 1, width - 1];
  for (let k = 0; k < ys.length; k++) {
    let y = ys[k];
    let x = xs[k];
    if (mirrored) {
      if (y < 0) y = -y;
      if (y > endY) y = 2 * endY - y;
      if (x < 0) x = -x;
      if (x > endX) x = 2 * endX - x;
    }
    if (!(y >= 0 && y <= endY && x >= 0 && x <= endX)) {
      near(k);
      continue;
    }
    const from = ((y + 0.5) | 0) * width + ((x + 0.5) | 0);
    if (channels === 1) result[k] = data[from];
    else for (let c = 0; c < channels; c++) result[k * channels + c] = data[from * channels + c];
  }
}

function linearInside(
  { data, height, width, channels }: Plane,
  ys: Float64Array,
  xs: Float64Array,
  mirrored: boolean,
  padding: number,
  result: PixelArray,
  near: (pixel: number) => void,
): void {
  const [endY, endX] = [height - 1, width - 1];
  const row = width * channels;
  for (let k = 0; k < ys.length; k++) {
    let y = ys[k] + padding;
    let x = xs[k] + padding;
    if (mirrored) {
      if (y < 0) y = -y;
      if (y > endY) y = 2 * endY - y;
      if (x < 0) x = -x;
      if (x > endX) x = 2 * endX - x;
    }
    if (!(y >= 0 && y < endY && x >= 0 && x < endX)) {
      near(k);
      continue;
    }
    const top = y | 0;
    const left = x | 0;
    const v = y - top;
    const t = x - left;
    let at = top * row + left * channels;
    for (let c = 0; c < channels; c++, at++) {
      const above = data[at] * (1 - t) + data[at + channels] * t;
      const below = data[at + row] * (1 - t) + data[at + row + channels] * t;
      result[k * channels + c] = (1 - v) * above + v * below;
    }
  }
}

function cubicInside(
  { data, height, width, channels }: Plane,
  ys: Float64Array,
  xs: Float64Array,
  mirrored: boolean,
  padding: number,
  result: PixelArray,
  near: (pixel: number) => void,
): void {
  const [endY, endX] = [height - 1, width - 1];
  const row = width * channels;
  for (let k = 0; k < ys.length; k++) {
    let y = ys[k] + padding;
    let x = xs[k] + padding;
    if (mirrored) {
      if (y < 0) y = -y;
      if (y > endY) y = 2 * endY - y;
      if (x < 0) x = -x;
      if (x > endX) x = 2 * endX - x;
    }
    if (!(y >= 1 && y < endY - 1 && x >= 1 && x < endX - 1)) {
      near(k);
      continue;
    }
    const top = y | 0;
    const left = x | 0;
    const v = y - top;
    const ov = 1 - v;
    const v0 = (ov * ov * ov) / 6;
    const v1 = (v * v * (v - 2) * 3 + 4) / 6;
    const v2 = (ov * ov * (ov - 2) * 3 + 4) / 6;
    const v3 = 1 - v0 - v1 - v2;
    const t = x - left;
    const ot = 1 - t;
    const w0 = (ot * ot * ot) / 6;
    const w1 = (t * t * (t - 2) * 3 + 4) / 6;
    const w2 = (ot * ot * (ot - 2) * 3 + 4) / 6;
    const w3 = 1 - w0 - w1 - w2;
    const two = 2 * channels;
    const three = 3 * channels;
    for (let c = 0; c < channels; c++) {
      const a = (top - 1) * row + (left - 1) * channels + c;
      const b = a + row;
      const d = b + row;
      const e = d + row;
      let sum = v0 * (w0 * data[a] + w1 * data[a + channels] + w2 * data[a + two] + w3 * data[a + three]);
      sum += v1 * (w0 * data[b] + w1 * data[b + channels] + w2 * data[b + two] + w3 * data[b + three]);
      sum += v2 * (w0 * data[d] + w1 * data[d + channels] + w2 * data[d + two] + w3 * data[d + three]);
      result[k * channels + c] =
        sum + v3 * (w0 * data[e] + w1 * data[e + channels] + w2 * data[e + two] + w3 * data[e + three]);
    }
  }
}

interface Target {
  data: PixelArray;
  at: number;
  step: number;
  count: number;
}

function interpolate(
  data: PixelArray,
  origin: number,
  axes: readonly Taps[],
  order: SplineOrder,
  { data: result, at, step, count }: Target,
  fill: number,
): void {
  const inner = axes[axes.length - 1];
  const outer = axes[axes.length - 2];
  const depth = axes.length === 3 ? axes[0] : undefined;
  const taps = order + 1;
  const { at: columns, weights: columnWeights } = inner;
  const { at: rows, weights: rowWeights } = outer;
  for (let k = 0, tap = 0; k < count; k++, tap += taps) {
    const to = at + k * step;
    if (columns[tap] < 0 || rows[tap] < 0 || (depth && depth.at[tap] < 0)) {
      result[to] = fill;
      continue;
    }
    if (order === 0) {
      result[to] = data[origin + columns[tap] + rows[tap] + (depth ? depth.at[tap] : 0)];
      continue;
    }
    let sum = 0;
    for (let d = 0; d < (depth ? taps : 1); d++) {
      const base = depth ? origin + depth.at[tap + d] : origin;
      let plane = 0;
      if (order === 1) {
        const left = columns[tap];
        const right = columns[tap + 1];
        const t = columnWeights[tap + 1];
        const top = base + rows[tap];
        const bottom = base + rows[tap + 1];
        const above = data[top + left] * (1 - t) + data[top + right] * t;
        const below = data[bottom + left] * (1 - t) + data[bottom + right] * t;
        plane = rowWeights[tap] * above + rowWeights[tap + 1] * below;
      } else if (order === 3) {
        const c0 = columns[tap];
        const c1 = columns[tap + 1];
        const c2 = columns[tap + 2];
        const c3 = columns[tap + 3];
        const w0 = columnWeights[tap];
        const w1 = columnWeights[tap + 1];
        const w2 = columnWeights[tap + 2];
        const w3 = columnWeights[tap + 3];
        for (let j = 0; j < 4; j++) {
          const row = base + rows[tap + j];
          plane +=
            rowWeights[tap + j] *
            (w0 * data[row + c0] + w1 * data[row + c1] + w2 * data[row + c2] + w3 * data[row + c3]);
        }
      } else
        for (let j = 0; j < taps; j++) {
          const row = base + rows[tap + j];
          let line = 0;
          for (let i = 0; i < taps; i++) line += columnWeights[tap + i] * data[row + columns[tap + i]];
          plane += rowWeights[tap + j] * line;
        }
      sum += depth ? depth.weights[tap + d] * plane : plane;
    }
    result[to] = sum;
  }
}

/** A place outside, brought to where the border shows the same value. */
function foldPlace(place: number, length: number, border: SplineBorder): number {
  const end = length - 1;
  if (border === 'edge') return place < 0 ? 0 : end;
  if (border === 'wrap') return place - Math.floor(place / length) * length;
  if (border === 'reflect') {
    if (end === 0) return 0;
    const turned = Math.abs(place) % (2 * end);
    return turned <= end ? turned : 2 * end - turned;
  }
  const turned = place + 0.5 - Math.floor((place + 0.5) / (2 * length)) * 2 * length;
  return (turned <= length ? turned : 2 * length - turned) - 0.5;
}
