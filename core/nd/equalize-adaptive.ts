/**
 * Contrast limited adaptive histogram equalisation (CLAHE) as `skimage.exposure.equalize_adapthist`, in any number of
 * dimensions.
 *
 * K. Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV (1994).
 */

import { reflectIndex } from '../image/border.js';
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
  const pixels = sizeOf(sides);
  const unit = toUnit(picture.data);
  if (channels === 3) {
    equalizeBrightness(unit, sides, options);
  } else if (channels === 1) unit.set(equalizePlane(unit, sides, options));
  else
    for (let channel = 0; channel < channels; channel++) {
      const plane = new Float64Array(pixels);
      for (let i = 0; i < pixels; i++) plane[i] = unit[i * channels + channel];
      const equalized = equalizePlane(plane, sides, options);
      for (let i = 0; i < pixels; i++) unit[i * channels + channel] = equalized[i];
    }
  const data = picture.dtype === 'float64' ? unit : new Float32Array(unit);
  return image(data, picture.shape, picture.metadata);
}

/** In [0, 1]: by the range of the type, or by the range of the values where these are floats beyond it. */
function toUnit(data: PixelArray): Float64Array {
  const result = new Float64Array(data);
  if (data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Uint32Array) {
    const most = 2 ** (8 * data.BYTES_PER_ELEMENT) - 1;
    for (let i = 0; i < result.length; i++) result[i] /= most;
    return result;
  }
  let [low, high] = rangeOf(result);
  if (low >= 0 && high <= 1) return result;
  if (low === high) high = low + 1;
  for (let i = 0; i < result.length; i++) result[i] = (result[i] - low) / (high - low);
  return result;
}

/** Hue and saturation stay: all three colours grow as the greatest of them. */
function equalizeBrightness(rgb: Float64Array, sides: readonly number[], options: EqualizeOptions): void {
  const value = new Float64Array(rgb.length / 3);
  for (let i = 0; i < value.length; i++) value[i] = Math.max(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
  const equalized = equalizePlane(value, sides, options);
  for (let i = 0; i < value.length; i++)
    for (let c = 3 * i; c < 3 * i + 3; c++) rgb[c] = value[i] > 0 ? (rgb[c] / value[i]) * equalized[i] : equalized[i];
}

function equalizePlane(
  plane: Float64Array,
  sides: readonly number[],
  { region, clipLimit = 0.01, bins = 256 }: EqualizeOptions,
): Float64Array {
  const regions = sides.map((side, axis) => {
    const wanted = typeof region === 'object' ? region[axis] : region;
    return Math.trunc(wanted ?? Math.max(Math.floor(side / 8), 1));
  });
  if (regions.some((side) => !(side >= 1)))
    throw new RangeError(`regions of ${regions.join('×')} pixels: sides must be at least 1`);
  const levels = toBins(plane, bins);
  const counts = sides.map((side, axis) => Math.ceil(side / regions[axis]));
  const mappings = measureRegions(levels, sides, regions, counts, clipLimit, bins);
  return interpolate(levels, sides, regions, counts, mappings, bins);
}

/** Bin of every pixel after the values were stretched over all grey levels. */
function toBins(plane: Float64Array, bins: number): Uint16Array {
  // Sixteen bits first, as scikit-image does; of these there are few enough for a table.
  const levels = new Uint16Array(plane.length);
  for (let i = 0; i < plane.length; i++) levels[i] = roundHalfEven(plane[i] * 65535);
  const [low, high] = rangeOf(plane).map((value) => roundHalfEven(value * 65535));
  const width = 1 + Math.floor(GREYS / bins);
  const table = new Uint16Array(65536);
  for (let value = low; value <= high; value++) {
    const grey = high > low ? roundHalfEven(((value - low) / (high - low)) * (GREYS - 1)) : Math.min(value, GREYS - 1);
    table[value] = Math.floor(grey / width);
  }
  for (let i = 0; i < levels.length; i++) levels[i] = table[levels[i]];
  return levels;
}

/** For each region the grey level that every bin becomes. Regions that reach over the end see the image mirrored. */
function measureRegions(
  levels: Uint16Array,
  sides: readonly number[],
  regions: readonly number[],
  counts: readonly number[],
  clipLimit: number,
  bins: number,
): Float64Array {
  const histograms = new Float64Array(sizeOf(counts) * bins);
  const strides = sides.map((_, axis) => sizeOf(sides.slice(axis + 1)));
  const countStrides = counts.map((_, axis) => sizeOf(counts.slice(axis + 1)) * bins);
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
  const pixels = sizeOf(regions);
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
function clipHistogram(histogram: Float64Array, limit: number): void {
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

/** Each pixel through the mappings of the regions around it, weighted by nearness, and stretched to [0, 1]. */
function interpolate(
  levels: Uint16Array,
  sides: readonly number[],
  regions: readonly number[],
  counts: readonly number[],
  mappings: Float64Array,
  bins: number,
): Float64Array {
  const [, height, width] = sides.length === 3 ? sides : [1, ...sides];
  const axes = sides.map((side, axis) => neighbours(side, regions[axis], counts[axis]));
  const [z, y, x] = axes.length === 3 ? axes : [neighbours(1, 1, 1), ...axes];
  const rowMaps = counts[counts.length - 1] * bins;
  const planeMaps = counts[counts.length - 2] * rowMaps;
  const result = new Float64Array(levels.length);
  const depths = sides.length === 3 ? 2 : 1;
  const left = x.low.map((region) => region * bins);
  const right = x.high.map((region) => region * bins);
  // Sums are taken in single precision and in this order, since the result is cut off to whole grey levels.
  for (let i = 0, row = 0; row < levels.length; i++)
    for (let j = 0; j < height; j++, row += width) {
      const wy = y.weight[j];
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
          let sum = result[row + k];
          sum = Math.fround(sum + Math.fround(mappings[top + before] * ((1 - wx) * (1 - wy) * wz)));
          sum = Math.fround(sum + Math.fround(mappings[top + behind] * (wx * (1 - wy) * wz)));
          sum = Math.fround(sum + Math.fround(mappings[bottom + before] * ((1 - wx) * wy * wz)));
          sum = Math.fround(sum + Math.fround(mappings[bottom + behind] * (wx * wy * wz)));
          result[row + k] = sum;
        }
      }
    }
  for (let i = 0; i < result.length; i++) result[i] = Math.trunc(result[i]);
  const [low, high] = rangeOf(result);
  for (let i = 0; i < result.length; i++)
    result[i] = high > low ? (result[i] - low) / (high - low) : Math.min(Math.max(result[i], 0), 1);
  return result;
}

/** For every position along an axis the regions before and after it and the weight of the latter. */
function neighbours(side: number, region: number, count: number) {
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

function rangeOf(values: Float64Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}
