/**
 * Otsu's threshold as `skimage.filters.threshold_otsu` finds it.
 *
 * N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9 (1979).
 */

import type { PixelArray } from '../image/image.js';

/**
 * The value that separates two classes of pixels with the greatest variance between them; pixels above it are
 * foreground.
 *
 * Float values are counted in `bins` equal bins between minimum and maximum and the threshold is a bin centre; integer
 * values are counted one by one. A constant image gives its value. A range too narrow for the bins is stretched to
 * [0, 1] first, and the threshold is mapped back. Throws RangeError for no values or values that are not finite.
 */
export function otsu(values: PixelArray, bins = 256): number {
  let min = Infinity;
  let max = -Infinity;
  let invalid = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < min) min = values[i];
    if (values[i] > max) max = values[i];
    invalid += values[i] - values[i];
  }
  if (values.length === 0 || invalid !== 0) throw new RangeError('a threshold needs finite values');
  if (min === max) return min;
  const floats = values instanceof Float32Array || values instanceof Float64Array;
  if (!floats) return greatestSeparation(countIntegers(values, min, max), (bin) => min + bin);

  const round = values instanceof Float32Array ? Math.fround : (value: number) => value;
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => round(min + (i * (max - min)) / bins));
  edges[bins] = max;
  if (edges.some((edge, i) => i > 0 && edge <= edges[i - 1])) {
    const stretched = Float64Array.from(values, (value) => (value - min) / (max - min));
    return min + otsu(stretched, bins) * (max - min);
  }
  return greatestSeparation(countFloats(values, edges), (bin) => round((edges[bin] + edges[bin + 1]) / 2));
}

function countIntegers(values: PixelArray, min: number, max: number): Float64Array {
  const counts = new Float64Array(max - min + 1);
  for (let i = 0; i < values.length; i++) counts[values[i] - min]++;
  return counts;
}

/** numpy's histogram: bins are half open, the last one holds the maximum too. */
function countFloats(values: PixelArray, edges: Float64Array): Float64Array {
  const bins = edges.length - 1;
  const scale = bins / (edges[bins] - edges[0]);
  const counts = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    let bin = Math.min(Math.floor((values[i] - edges[0]) * scale), bins - 1);
    while (values[i] < edges[bin]) bin--;
    while (bin < bins - 1 && values[i] >= edges[bin + 1]) bin++;
    counts[bin]++;
  }
  return counts;
}

/** Centre of the bin after which the variance between both sides is greatest; the first of equals. */
function greatestSeparation(counts: Float64Array, centre: (bin: number) => number): number {
  const last = counts.length - 1;
  let total = 0;
  let moment = 0;
  for (let bin = 0; bin <= last; bin++) {
    total += counts[bin];
    moment += counts[bin] * centre(bin);
  }
  let best = 0;
  let greatest = -1;
  let below = 0;
  let belowMoment = 0;
  for (let bin = 0; bin < last; bin++) {
    below += counts[bin];
    belowMoment += counts[bin] * centre(bin);
    const difference = belowMoment / below - (moment - belowMoment) / (total - below);
    const variance = below * (total - below) * difference * difference;
    if (variance > greatest) {
      greatest = variance;
      best = bin;
    }
  }
  return centre(best);
}
