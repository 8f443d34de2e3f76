/** Median filters over boxes, with the borders of `scipy.ndimage.median_filter`. */

import { type Image, image, type PixelArray } from '../image/image.js';
import { select } from './percentile.js';
import { borderIndex, type SplineBorder } from './spline.js';

/** Axes a filter runs over, BiaPy's `MEDIAN_FILTER_AXIS`; the letters may come in either order. */
export type MedianAxes = 'xy' | 'yx' | 'zy' | 'yz' | 'zx' | 'xz' | 'z';

/**
 * Median over a square (or, for `z`, a line) of `size` pixels along the named axes, per channel. Outside the image the
 * pixels repeat mirrored with the edge doubled (`d c b a | a b c d`), scipy's `reflect`.
 *
 * `picture` is `[y, x, c]` (axes `xy` only) or `[z, y, x, c]`. Throws RangeError for an even size or an axis that the
 * image lacks.
 */
export function medianFilter(picture: Image, axes: MedianAxes, size: number): Image {
  const names = picture.shape.length === 3 ? 'yx' : 'zyx';
  if ([...axes].some((name) => !names.includes(name)))
    throw new RangeError(`a median filter over ${axes} needs a 3D image`);
  return boxMedian(
    picture,
    [...names].map((name) => (axes.includes(name) ? size : 1)),
  );
}

/**
 * Median over a box of odd side lengths, one for each spatial axis.
 *
 * The box slides along x: of its values only a face is exchanged at each step. Values of 8 and 16 bits are counted in a
 * histogram (Huang, Yang, Tang, IEEE Trans. ASSP 27, 1979); others are kept sorted.
 *
 * @param border what lies outside; default `symmetric`, scipy's `reflect`.
 */
export function boxMedian(
  picture: Image,
  sides: readonly number[],
  border: Exclude<SplineBorder, 'constant'> = 'symmetric',
): Image {
  const wrong = sides.find((side) => !(Number.isInteger(side) && side > 0 && side % 2 === 1));
  if (wrong !== undefined) throw new RangeError(`a median filter needs odd sizes, not ${wrong}`);
  if (sides.every((side) => side === 1)) return picture;
  const [sz, sy, sx] = sides.length === 3 ? sides : [1, ...sides];
  const [nz, ny, nx, nc] = picture.shape.length === 4 ? picture.shape : [1, ...picture.shape];
  const { data } = picture;
  const result = data.slice();
  const face = sz * sy;
  const window = openWindow(data, face, sx);
  const [depths, rows, columns] = [sources(nz, sz, border), sources(ny, sy, border), sources(nx, sx, border)];
  const lines = new Int32Array(face);
  const values = new (data.constructor as new (length: number) => PixelArray)(columns.length * face);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      for (let k = 0; k < sz; k++)
        for (let j = 0; j < sy; j++) lines[k * sy + j] = (depths[z + k] * ny + rows[y + j]) * nx;
      const to = (z * ny + y) * nx;
      for (let c = 0; c < nc; c++) {
        for (let i = 0, at = 0; i < columns.length; i++)
          for (let k = 0; k < face; k++) values[at++] = data[(lines[k] + columns[i]) * nc + c];
        window.slide(values, result, to * nc + c, nc);
      }
    }
  return image(result, picture.shape, picture.metadata);
}

/** Positions along an axis, extended by half a box on both sides. */
function sources(length: number, side: number, border: SplineBorder): Int32Array {
  const radius = side >> 1;
  return Int32Array.from({ length: length + 2 * radius }, (_, i) => borderIndex(i - radius, length, border));
}

/** Finds the median of `depth` faces of values that follow each other, at each place where they may begin. */
interface Window {
  /** `values` holds face after face; medians are written from `to` on, `step` apart. */
  slide(values: PixelArray, result: PixelArray, to: number, step: number): void;
}

function openWindow(data: PixelArray, face: number, depth: number): Window {
  const count = face * depth;
  if (data instanceof Uint8Array) return new CountingWindow(8, face, depth);
  if (data instanceof Uint16Array && count > 60) return new CountingWindow(16, face, depth);
  return count <= 400 ? new SortedWindow(data, face, depth) : new SelectingWindow(data, face, depth);
}

/** A histogram, coarse and fine, and the bin of the last median with the number of values below. */
class CountingWindow implements Window {
  private readonly fine: Uint32Array;
  private readonly coarse: Uint32Array;
  private readonly shift: number;

  constructor(
    bits: 8 | 16,
    private readonly face: number,
    private readonly depth: number,
  ) {
    this.shift = bits / 2;
    this.fine = new Uint32Array(2 ** bits);
    this.coarse = new Uint32Array(2 ** this.shift);
  }

  slide(values: PixelArray, result: PixelArray, to: number, step: number): void {
    const { fine, coarse, shift, face } = this;
    const count = face * this.depth;
    const rank = count >> 1;
    const steps = values.length / face - this.depth + 1;
    fine.fill(0);
    coarse.fill(0);
    for (let i = 0; i < count; i++) {
      fine[values[i]]++;
      coarse[values[i] >> shift]++;
    }
    /** Coarse bin of the median, and the values in the bins before. */
    let bin = 0;
    let below = 0;
    for (let i = 0; ; i++) {
      while (below > rank) below -= coarse[--bin];
      while (below + coarse[bin] <= rank) below += coarse[bin++];
      let value = bin << shift;
      let seen = below + fine[value];
      while (seen <= rank) seen += fine[++value];
      result[to + i * step] = value;
      if (i + 1 === steps) return;
      const first = i * face;
      for (let k = first; k < first + face; k++) {
        const [old, fresh] = [values[k], values[k + count]];
        fine[old]--;
        fine[fresh]++;
        const [oldBin, freshBin] = [old >> shift, fresh >> shift];
        coarse[oldBin]--;
        coarse[freshBin]++;
        if (oldBin < bin) below--;
        if (freshBin < bin) below++;
      }
    }
  }
}

/** All values in order; a step merges the sorted new face in and leaves the sorted old one out. */
class SortedWindow implements Window {
  private sorted: PixelArray;
  private next: PixelArray;

  constructor(
    data: PixelArray,
    private readonly face: number,
    private readonly depth: number,
  ) {
    const allocate = data.constructor as new (length: number) => PixelArray;
    this.sorted = new allocate(face * depth);
    this.next = new allocate(face * depth);
  }

  slide(values: PixelArray, result: PixelArray, to: number, step: number): void {
    const { face } = this;
    const count = face * this.depth;
    const steps = values.length / face - this.depth + 1;
    sortFaces(values, face);
    this.sorted.set(values.subarray(0, count));
    this.sorted.sort();
    for (let i = 0; ; i++) {
      result[to + i * step] = this.sorted[count >> 1];
      if (i + 1 === steps) return;
      exchange(this.sorted, this.next, values, i * face, i * face + count, face);
      [this.sorted, this.next] = [this.next, this.sorted];
    }
  }
}

/** Sorts each face on its own; insertion suits the few values of one. */
function sortFaces(values: PixelArray, face: number): void {
  for (let first = 0; first < values.length; first += face)
    for (let i = first + 1; i < first + face; i++) {
      const value = values[i];
      let j = i - 1;
      for (; j >= first && values[j] > value; j--) values[j + 1] = values[j];
      values[j + 1] = value;
    }
}

/** `next` = `sorted` without the face from `old` on, with that from `fresh` on; all of them in order. */
function exchange(sorted: PixelArray, next: PixelArray, values: PixelArray, old: number, fresh: number, face: number) {
  const [oldEnd, freshEnd] = [old + face, fresh + face];
  let to = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i];
    if (old < oldEnd && values[old] === value) {
      old++;
      continue;
    }
    while (fresh < freshEnd && values[fresh] <= value) next[to++] = values[fresh++];
    next[to++] = value;
  }
  while (fresh < freshEnd) next[to++] = values[fresh++];
}

/** Picks the median of each box anew: for large boxes of values that cannot be counted. */
class SelectingWindow implements Window {
  private readonly box: PixelArray;

  constructor(
    data: PixelArray,
    private readonly face: number,
    depth: number,
  ) {
    this.box = new (data.constructor as new (length: number) => PixelArray)(face * depth);
  }

  slide(values: PixelArray, result: PixelArray, to: number, step: number): void {
    const { box, face } = this;
    for (let first = 0, at = to; first + box.length <= values.length; first += face, at += step) {
      box.set(values.subarray(first, first + box.length));
      result[at] = select(box, box.length >> 1);
    }
  }
}
