/**
 * Contrast limited adaptive histogram equalisation (CLAHE) as `skimage.exposure.equalize_adapthist`, in any number of
 * dimensions.
 *
 * K. Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV (1994).
 */

import { reflectIndex } from '../image/border.js';
import { stridesOf } from '../image/c-order.js';
import { roundHalfEven } from '../image/cast.js';
import { type Image, image, type PixelArray, sizeOf, spatialShape } from '../image/image.js';

export interface EqualizeOptions {
  /** Sides of the regions that have a histogram each, one for all spatial axes or one for each; default an eighth. */
  region?: number | readonly number[];
  /** Share of a region's pixels that one grey level may have, in (0, 1]; 0 for no limit. */
  clipLimit?: number;
  /** Bins of a histogram. */
  bins?: number;
}

/** Bins of a histogram, unless others are asked for. */
export const BINS = 256;

/** Grey levels that the work is done with. */
const GREYS = 2 ** 14;

/**
 * Equalises each channel on its own; of three channels, red, green and blue, the brightness (value of HSV).
 *
 * @returns float32, or float64 from float64, from 0 to 1 in each channel.
 */
export function equalizeAdaptive(picture: Image, options: EqualizeOptions = {}): Image {
  const channels = picture.shape[picture.shape.length - 1];
  const sides = spatialShape(picture);
  const { data, dtype } = picture;
  const Result = dtype === 'float64' ? Float64Array : Float32Array;
  if (channels === 3) {
    const unit = toUnit(data);
    equalizeBrightness(unit, sides, options);
    return image(dtype === 'float64' ? unit : new Float32Array(unit), picture.shape, picture.metadata);
  }
  const result = new Result(data.length);
  const levels = toLevels(data);
  const plane = channels === 1 ? levels : new Uint16Array(sizeOf(sides));
  for (let channel = 0; channel < channels; channel++) {
    if (channels > 1) for (let i = 0; i < plane.length; i++) plane[i] = levels[i * channels + channel];
    const { greys, units } = equalizePlane(plane, sides, options);
    for (let i = 0, to = channel; i < greys.length; i++, to += channels) result[to] = units[greys[i]];
  }
  return image(result, picture.shape, picture.metadata);
}

/** Pixels in 16 bits over the range of their type; scikit-image works on these, and of them there are few enough for a table. */
export function toLevels(data: PixelArray, range?: readonly [number, number]): Uint16Array {
  if (data instanceof Uint16Array) return Uint16Array.from(data);
  const levels = new Uint16Array(data.length);
  if (data instanceof Uint8Array) for (let i = 0; i < levels.length; i++) levels[i] = data[i] * 257;
  else {
    const unit = toUnit(data, range);
    for (let i = 0; i < levels.length; i++) levels[i] = roundHalfEven(unit[i] * 65535);
  }
  return levels;
}

/**
 * In [0, 1]: by the range of the type, or by the range of the values where these are floats beyond it.
 *
 * @param range of all values, where these are a part of them.
 */
export function toUnit(data: PixelArray, range?: readonly [number, number]): Float64Array {
  const result = new Float64Array(data);
  if (data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Uint32Array) {
    const most = 2 ** (8 * data.BYTES_PER_ELEMENT) - 1;
    for (let i = 0; i < result.length; i++) result[i] /= most;
    return result;
  }
  let [low, high] = range ?? rangeOf(result);
  if (low >= 0 && high <= 1) return result;
  if (low === high) high = low + 1;
  for (let i = 0; i < result.length; i++) result[i] = (result[i] - low) / (high - low);
  return result;
}

/** Hue and saturation stay: all three colours grow as the greatest of them. */
function equalizeBrightness(rgb: Float64Array, sides: readonly number[], options: EqualizeOptions): void {
  const value = brightest(rgb);
  scaleColours(rgb, value, equalizePlane(toLevels(value), sides, options));
}

/** The greatest of three colours at each pixel. */
export function brightest(rgb: PixelArray): Float64Array {
  const value = new Float64Array(rgb.length / 3);
  for (let i = 0; i < value.length; i++) value[i] = Math.max(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
  return value;
}

export function scaleColours(rgb: Float64Array, value: Float64Array, { greys, units }: Greys): void {
  for (let i = 0; i < value.length; i++) {
    const equalized = units[greys[i]];
    for (let c = 3 * i; c < 3 * i + 3; c++) rgb[c] = value[i] > 0 ? (rgb[c] / value[i]) * equalized : equalized;
  }
}

/** Grey levels of the pixels, and what each of them is in [0, 1]. */
export interface Greys {
  greys: Uint16Array;
  units: Float64Array;
}

/** @param plane 16-bit values, which become bins. */
function equalizePlane(plane: Uint16Array, sides: readonly number[], options: EqualizeOptions): Greys {
  const { clipLimit = 0.01, bins = BINS } = options;
  const regions = regionSides(sides, options);
  const [low, high] = rangeOf(plane);
  toBins(plane, binTable(low, high, bins));
  const counts = sides.map((side, axis) => Math.ceil(side / regions[axis]));
  const mappings = measureRegions(plane, sides, regions, counts, clipLimit, bins);
  const axes = sides.map((side, axis) => neighbours(side, regions[axis], counts[axis]));
  const greys = interpolate(plane, sides, axes, counts, mappings, bins);
  return { greys, units: unitsOf(...rangeOf(greys)) };
}

/** Sides of the regions that have a histogram each. @throws RangeError for those without pixels. */
export function regionSides(sides: readonly number[], { region }: EqualizeOptions): number[] {
  const regions = sides.map((side, axis) => {
    const wanted = typeof region === 'object' ? region[axis] : region;
    return Math.trunc(wanted ?? Math.max(Math.floor(side / 8), 1));
  });
  if (regions.some((side) => !(side >= 1)))
    throw new RangeError(`regions of ${regions.join('×')} pixels: sides must be at least 1`);
  return regions;
}

/** The bin of every level after the levels from `low` to `high` were stretched over all grey levels. */
export function binTable(low: number, high: number, bins: number): Uint16Array {
  const width = 1 + Math.floor(GREYS / bins);
  const table = new Uint16Array(65536);
  for (let value = low; value <= high; value++) {
    const grey = high > low ? roundHalfEven(((value - low) / (high - low)) * (GREYS - 1)) : Math.min(value, GREYS - 1);
    table[value] = Math.floor(grey / width);
  }
  return table;
}

/** Levels become bins, in place. */
export function toBins(levels: Uint16Array, table: Uint16Array): void {
  for (let i = 0; i < levels.length; i++) levels[i] = table[levels[i]];
}

/** For each region the grey level that every bin becomes. Regions that reach over the end see the image mirrored. */
function measureRegions(
  levels: Uint16Array,
  sides: readonly number[],
  regions: readonly number[],
  counts: readonly number[],
  clipLimit: number,
  bins: number,
): Int32Array {
  const histograms = new Int32Array(sizeOf(counts) * bins);
  const strides = stridesOf(sides);
  const countStrides = stridesOf(counts).map((stride) => stride * bins);
  const last = sides.length - 1;
  const columns = Int32Array.from({ length: counts[last] * regions[last] }, (_, i) => reflectIndex(i, sides[last]));
  const walk = (axis: number, at: number, to: number): void => {
    if (axis < last) {
      for (let i = 0; i < counts[axis] * regions[axis]; i++)
        walk(
          axis + 1,
          at + reflectIndex(i, sides[axis]) * strides[axis],
          to + Math.floor(i / regions[axis]) * countStrides[axis],
        );
      return;
    }
    for (let block = 0, i = 0; block < counts[last]; block++)
      for (let k = 0; k < regions[last]; k++, i++) histograms[to + block * bins + levels[at + columns[i]]]++;
  };
  walk(0, 0, 0);
  return toMappings(histograms, sizeOf(regions), clipLimit, bins);
}

/** In place of each histogram the grey level that every bin becomes. @param pixels of a region. */
export function toMappings(histograms: Int32Array, pixels: number, clipLimit: number, bins: number): Int32Array {
  const limit = clipLimit > 0 ? Math.max(Math.trunc(clipLimit * pixels), 1) : pixels;
  for (let at = 0; at < histograms.length; at += bins) {
    const histogram = histograms.subarray(at, at + bins);
    clipHistogram(histogram, limit);
    let sum = 0;
    for (let bin = 0; bin < bins; bin++) {
      sum += histogram[bin];
      histogram[bin] = Math.trunc(Math.min(sum * ((GREYS - 1) / pixels), GREYS - 1));
    }
  }
  return histograms;
}

/** Cuts bins off at the limit and gives what was cut to the others, as evenly as whole pixels allow. */
function clipHistogram(histogram: Int32Array, limit: number): void {
  const bins = histogram.length;
  let excess = 0;
  for (let bin = 0; bin < bins; bin++)
    if (histogram[bin] > limit) {
      excess += histogram[bin] - limit;
      histogram[bin] = limit;
    }
  const share = Math.floor(excess / bins);
  const upper = limit - share;
  for (let bin = 0; bin < bins; bin++)
    if (histogram[bin] < upper) {
      histogram[bin] += share;
      excess -= share;
    }
  for (let bin = 0; bin < bins; bin++)
    if (histogram[bin] >= upper && histogram[bin] < limit) {
      excess -= limit - histogram[bin];
      histogram[bin] = limit;
    }
  while (excess > 0) {
    const before = excess;
    for (let first = 0; first < bins && excess > 0; first++) {
      let under = 0;
      for (let bin = 0; bin < bins; bin++) if (histogram[bin] < limit) under++;
      const step = Math.max(1, Math.floor(under / excess));
      for (let bin = first; bin < bins; bin += step)
        if (histogram[bin] < limit) {
          histogram[bin]++;
          excess--;
        }
    }
    if (excess === before) break;
  }
}

/**
 * Grey levels: each pixel through the mappings of the regions around it, weighted by nearness.
 *
 * @param axes for each axis the regions of its pixels.
 */
export function interpolate(
  levels: Uint16Array,
  sides: readonly number[],
  axes: readonly Neighbours[],
  counts: readonly number[],
  mappings: Int32Array,
  bins: number,
): Uint16Array {
  const [, height, width] = sides.length === 3 ? sides : [1, ...sides];
  const [z, y, x] = axes.length === 3 ? axes : [neighbours(1, 1, 1), ...axes];
  const rowMaps = counts[counts.length - 1] * bins;
  const planeMaps = counts[counts.length - 2] * rowMaps;
  const greys = new Uint16Array(levels.length);
  const sums = new Float32Array(width);
  const depths = sides.length === 3 ? 2 : 1;
  const left = x.low.map((region) => region * bins);
  const right = x.high.map((region) => region * bins);
  // Sums are taken in single precision and in this order, since the result is cut off to whole grey levels.
  for (let i = 0, row = 0; row < levels.length; i++)
    for (let j = 0; j < height; j++, row += width) {
      const wy = y.weight[j];
      sums.fill(0);
      for (let dz = 0; dz < depths; dz++) {
        const wz = dz === 0 ? 1 - z.weight[i] : z.weight[i];
        const plane = (dz === 0 ? z.low[i] : z.high[i]) * planeMaps;
        const top = plane + y.low[j] * rowMaps;
        const bottom = plane + y.high[j] * rowMaps;
        for (let k = 0; k < width; k++) {
          const level = levels[row + k];
          const wx = x.weight[k];
          const before = left[k] + level;
          const behind = right[k] + level;
          let sum = sums[k];
          sum = Math.fround(sum + Math.fround(mappings[top + before] * ((1 - wx) * (1 - wy) * wz)));
          sum = Math.fround(sum + Math.fround(mappings[top + behind] * (wx * (1 - wy) * wz)));
          sum = Math.fround(sum + Math.fround(mappings[bottom + before] * ((1 - wx) * wy * wz)));
          sum = Math.fround(sum + Math.fround(mappings[bottom + behind] * (wx * wy * wz)));
          sums[k] = sum;
        }
      }
      for (let k = 0; k < width; k++) greys[row + k] = sums[k];
    }
  return greys;
}

/** What each grey level is in [0, 1], of an image with those from `low` to `high`. */
export function unitsOf(low: number, high: number): Float64Array {
  return Float64Array.from({ length: GREYS + 1 }, (_, grey) =>
    high > low ? (grey - low) / (high - low) : Math.min(grey, 1),
  );
}

export interface Neighbours {
  low: Int32Array;
  high: Int32Array;
  weight: Float64Array;
}

/** For every position along an axis the regions before and after it and the weight of the latter. */
export function neighbours(side: number, region: number, count: number): Neighbours {
  const low = new Int32Array(side);
  const high = new Int32Array(side);
  const weight = new Float64Array(side);
  for (let i = 0; i < side; i++) {
    const at = i + (region >> 1);
    const block = Math.floor(at / region);
    low[i] = Math.max(block - 1, 0);
    high[i] = Math.min(block, count - 1);
    weight[i] = (at % region) / region;
  }
  return { low, high, weight };
}

export function rangeOf(values: PixelArray): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}
