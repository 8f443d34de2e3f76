/**
 * Structural similarity of two images, Z. Wang et al., IEEE Trans. Image Processing 2004, with the usual numbers: Gaussian
 * window of 11 pixels (σ 1.5), k1 0.01, k2 0.03, variances of the population, mean over the places where the window fits
 * (scikit-image's `gaussian_weights=True, use_sample_covariance=False`).
 */
import { channelCount, type Image, sizeOf } from '../image/image.js';

export const SSIM_K1 = 0.01;
export const SSIM_K2 = 0.03;
const SIDE = 11;
const SIGMA = 1.5;

/** Side of the window along an axis: 11, or the largest odd number that fits a shorter axis. */
export function windowSide(length: number): number {
  return Math.min(SIDE, length % 2 === 1 ? length : length - 1) || 1;
}

/** Gaussian weights of sum 1. */
export function gaussianWindow(side: number): Float64Array {
  const centre = (side - 1) / 2;
  const weights = Float64Array.from({ length: side }, (_, i) => Math.exp(-((i - centre) ** 2) / (2 * SIGMA ** 2)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** What is averaged: both images, their squares and their product. */
const MAPS = 5;

/**
 * Mean similarity of two images `[[z,] y, x, c]` over places and channels; 1 for equal images.
 *
 * Rows (planes in 3D) are taken one after the other, and only those under the window are held.
 *
 * @param range difference of the largest and the smallest possible value; above 0.
 */
export function structuralSimilarity(a: Image, b: Image, range: number): number {
  const channels = channelCount(a);
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) sum += channelSimilarity(a, b, channel, range);
  return sum / channels;
}

function channelSimilarity(a: Image, b: Image, channel: number, range: number): number {
  const [length, ...inner] = a.shape.slice(0, -1);
  const window = gaussianWindow(windowSide(length));
  const c1 = (SSIM_K1 * range) ** 2;
  const c2 = (SSIM_K2 * range) ** 2;
  const held: Float64Array[] = [];
  let [sum, count] = [0, 0];
  for (let plane = 0; plane < length; plane++) {
    held.push(blurredMaps(a, b, channel, plane, inner));
    if (held.length < window.length) continue;
    const places = held[0].length / MAPS;
    for (let place = 0; place < places; place++) {
      const means = [0, 0, 0, 0, 0];
      for (let i = 0; i < window.length; i++)
        for (let map = 0; map < MAPS; map++) means[map] += window[i] * held[i][map * places + place];
      const [ma, mb, maa, mbb, mab] = means;
      const numerator = (2 * ma * mb + c1) * (2 * (mab - ma * mb) + c2);
      sum += numerator / ((ma * ma + mb * mb + c1) * (maa - ma * ma + (mbb - mb * mb) + c2));
    }
    count += places;
    held.shift();
  }
  return sum / count;
}

/** The five maps of one row or plane, averaged under the window along its own axes, one after the other. */
function blurredMaps(a: Image, b: Image, channel: number, plane: number, inner: readonly number[]): Float64Array {
  const step = channelCount(a);
  const size = sizeOf(inner);
  let maps = new Float64Array(MAPS * size);
  for (let i = 0, from = plane * size * step + channel; i < size; i++, from += step) {
    const [x, y] = [a.data[from], b.data[from]];
    maps[i] = x;
    maps[size + i] = y;
    maps[2 * size + i] = x * x;
    maps[3 * size + i] = y * y;
    maps[4 * size + i] = x * y;
  }
  const sides = [MAPS, ...inner];
  for (let axis = 1; axis < sides.length; axis++) {
    const window = gaussianWindow(windowSide(sides[axis]));
    maps = blurAxis(maps, sides, axis, window);
    sides[axis] -= window.length - 1;
  }
  return maps;
}

function blurAxis(
  values: Float64Array,
  sides: readonly number[],
  axis: number,
  window: Float64Array,
): Float64Array<ArrayBuffer> {
  const before = sizeOf(sides.slice(0, axis));
  const after = sizeOf(sides.slice(axis + 1));
  const [from, to] = [sides[axis], sides[axis] - window.length + 1];
  const result = new Float64Array(before * to * after);
  for (let block = 0; block < before; block++)
    for (let i = 0; i < to; i++)
      for (let k = 0; k < window.length; k++) {
        const weight = window[k];
        let source = (block * from + i + k) * after;
        let place = (block * to + i) * after;
        for (let j = 0; j < after; j++) result[place++] += weight * values[source++];
      }
  return result;
}
