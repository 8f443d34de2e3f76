/** Median filters over boxes, with the border of `scipy.ndimage.median_filter`. */

import { type Image, image } from '../image/image.js';
import { select } from './percentile.js';

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

/** Median over a box of odd side lengths per spatial axis. */
export function boxMedian(picture: Image, sides: readonly number[]): Image {
  const wrong = sides.find((side) => !(Number.isInteger(side) && side > 0 && side % 2 === 1));
  if (wrong !== undefined) throw new RangeError(`a median filter needs odd sizes, not ${wrong}`);
  const [sz, sy, sx] = sides.length === 3 ? sides : [1, ...sides];
  const [nz, ny, nx, nc] = picture.shape.length === 4 ? picture.shape : [1, ...picture.shape];
  const rowLength = nx * nc;
  const tables = [offsets(nz, sz, ny * rowLength), offsets(ny, sy, rowLength), offsets(nx, sx, nc)];
  const { data } = picture;
  const result = data.slice();
  const window = new (data.constructor as new (length: number) => typeof data)(sz * sy * sx);
  const middle = window.length >> 1;
  if (middle === 0) return picture;
  let to = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++)
        for (let c = 0; c < nc; c++) {
          let count = 0;
          for (let k = 0; k < sz; k++)
            for (let j = 0; j < sy; j++) {
              const origin = tables[0][z * sz + k] + tables[1][y * sy + j] + c;
              for (let i = 0; i < sx; i++) window[count++] = data[origin + tables[2][x * sx + i]];
            }
          result[to++] = middle < 8 ? insertionMedian(window, middle) : select(window, middle);
        }
  return image(result, picture.shape, picture.metadata);
}

/** For every position along an axis the data offsets of its `size` neighbours. */
function offsets(length: number, size: number, stride: number): Float64Array {
  const table = new Float64Array(length * size);
  for (let at = 0; at < length; at++)
    for (let i = 0; i < size; i++) table[at * size + i] = symmetricIndex(at + i - (size >> 1), length) * stride;
  return table;
}

/** Position in `[0, length)` that scipy's reflect mode shows at `index`; repeats with period `2·length`. */
export function symmetricIndex(index: number, length: number): number {
  const period = 2 * length;
  const wrapped = ((index % period) + period) % period;
  return wrapped < length ? wrapped : period - 1 - wrapped;
}

/** Faster than quickselect for windows of a dozen values. */
function insertionMedian(window: Image['data'], middle: number): number {
  for (let i = 1; i < window.length; i++) {
    const value = window[i];
    let j = i - 1;
    for (; j >= 0 && window[j] > value; j--) window[j + 1] = window[j];
    window[j + 1] = value;
  }
  return window[middle];
}
