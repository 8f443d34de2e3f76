/** Gives images the distribution of intensities of reference images. */

import { DataError } from '../errors.js';
import { storing } from '../image/cast.js';
import { allocate, type DType, type Image, image } from '../image/image.js';

/** The mean histogram of reference images, all channels together; grows image by image. */
export class ReferenceHistogram {
  private counts = new Float64Array(256);
  private total = 0;

  /** @throws DataError for an image that does not hold integers of 8 or 16 bits without sign. */
  add({ data, dtype }: Image, file = 'image'): void {
    if (!(data instanceof Uint8Array || data instanceof Uint16Array))
      throw new DataError(
        `${file}: a reference of histograms must hold 8- or 16-bit integers, it holds ${dtype}. Convert it.`,
        { where: { file } },
      );
    const bins = 2 ** (8 * data.BYTES_PER_ELEMENT);
    if (bins > this.counts.length) {
      const wider = new Float64Array(bins);
      wider.set(this.counts);
      this.counts = wider;
    }
    for (let i = 0; i < data.length; i++) this.counts[data[i]]++;
    this.total += data.length;
  }

  /** The values that occur, and for each the share of pixels at most as bright. */
  distribution(): Distribution {
    const values: number[] = [];
    const shares: number[] = [];
    let sum = 0;
    for (let value = 0; value < this.counts.length; value++) {
      if (this.counts[value] === 0) continue;
      sum += this.counts[value];
      values.push(value);
      shares.push(sum / this.total);
    }
    return { values, shares };
  }
}

/** Intensities in ascending order, each with the share of pixels that are at most as bright. */
export interface Distribution {
  readonly values: readonly number[];
  readonly shares: readonly number[];
}

/**
 * `interp(share of pixels ≤ v, shares of the reference, its values)` for every pixel v, all channels together, as
 * `skimage.exposure.match_histograms`. The dtype stays; integers are rounded.
 *
 * BiaPy also takes values that the reference lacks for values of it, so that the brightest pixels of every image become
 * the greatest value of the type; that is no match and left out.
 */
export function matchHistogram(picture: Image, reference: Distribution): Image {
  const { data, dtype, shape, metadata } = picture;
  const sorted = data.slice().sort();
  const store = storing(dtype as DType);
  const values: number[] = [];
  const matched: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i + 1 < sorted.length && sorted[i + 1] === sorted[i]) continue;
    values.push(sorted[i]);
    matched.push(store(valueAt(reference, (i + 1) / sorted.length)));
  }
  const result = allocate(dtype, data.length);
  if (values[0] >= 0 && values[values.length - 1] < 65536 && values.every(Number.isInteger)) {
    const table = new Float64Array(values[values.length - 1] + 1);
    for (let i = 0; i < values.length; i++) table[values[i]] = matched[i];
    for (let i = 0; i < data.length; i++) result[i] = table[data[i]];
  } else for (let i = 0; i < data.length; i++) result[i] = matched[lastAtMost(values, data[i])];
  return image(result, shape, metadata);
}

/** Value of a distribution at a share, interpolated. */
function valueAt({ values, shares }: Distribution, share: number): number {
  if (share <= shares[0]) return values[0];
  const below = lastAtMost(shares, share);
  if (below === shares.length - 1) return values[below];
  const t = (share - shares[below]) / (shares[below + 1] - shares[below]);
  return values[below] + t * (values[below + 1] - values[below]);
}

/** Index of the last element that is not greater, of ascending ones. */
function lastAtMost(ascending: ArrayLike<number>, value: number): number {
  let [low, high] = [0, ascending.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
