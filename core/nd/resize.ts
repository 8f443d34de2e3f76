/** Resizing as `skimage.transform.resize` without anti-aliasing, for nearest and linear interpolation. */

import { reflectIndex } from '../image/border.js';
import { type Image, image, spatialShape } from '../image/image.js';
import { symmetricIndex } from './median.js';

/** Names of scikit-image: `reflect` does not repeat the edge pixel, `symmetric` does, `edge` repeats only that. */
export type ResizeBorder = 'reflect' | 'symmetric' | 'edge';

/**
 * Resizes the spatial axes to `size`, each channel alone. Pixel centres are at half-integers, so both images cover the
 * same ground.
 *
 * Order 0 takes the nearest pixel and keeps the dtype (labels, masks); order 1 interpolates linearly and gives float32,
 * or float64 from float64, within the range of the input.
 */
export function resize(
  picture: Image,
  size: readonly number[],
  { order, border = 'reflect' }: { order: 0 | 1; border?: ResizeBorder },
): Image {
  const sides = spatialShape(picture);
  if (sides.every((side, axis) => side === size[axis]) && order === 0) return picture;
  const channels = picture.shape[picture.shape.length - 1];
  const wide = picture.dtype === 'float64' || picture.dtype === 'uint32' || picture.dtype === 'int32';
  let data = order === 0 ? picture.data : Float64Array.from(picture.data);
  const shape = [...sides];
  for (let axis = 0; axis < sides.length; axis++) {
    const before = shape.slice(0, axis).reduce((product, side) => product * side, 1);
    const after = shape.slice(axis + 1).reduce((product, side) => product * side, channels);
    const taps = sampling(sides[axis], size[axis], order, border);
    const next = new (data.constructor as new (length: number) => Image['data'])(before * size[axis] * after);
    for (let block = 0, to = 0; block < before; block++)
      for (let i = 0; i < size[axis]; i++) {
        const low = (block * sides[axis] + taps.low[i]) * after;
        const high = (block * sides[axis] + taps.high[i]) * after;
        const t = taps.fraction[i];
        if (t === 0) for (let k = 0; k < after; k++) next[to++] = data[low + k];
        else for (let k = 0; k < after; k++) next[to++] = data[low + k] * (1 - t) + data[high + k] * t;
      }
    shape[axis] = size[axis];
    data = next;
  }
  if (order === 1 && !wide) data = Float32Array.from(data);
  return image(data, [...shape, channels], picture.metadata);
}

/** For every new pixel along an axis the two old ones around its centre and how far it is from the lower. */
function sampling(length: number, size: number, order: 0 | 1, border: ResizeBorder) {
  const low = new Int32Array(size);
  const high = new Int32Array(size);
  const fraction = new Float64Array(size);
  const at = (index: number) =>
    border === 'edge'
      ? Math.min(Math.max(index, 0), length - 1)
      : border === 'reflect'
        ? reflectIndex(index, length)
        : symmetricIndex(index, length);
  for (let i = 0; i < size; i++) {
    const centre = (i + 0.5) * (length / size) - 0.5;
    if (order === 0) {
      // scipy folds the coordinate at the border before it rounds halves up.
      low[i] = high[i] = at(Math.floor(fold(centre, length, border) + 0.5));
      continue;
    }
    const below = Math.floor(centre);
    low[i] = at(below);
    high[i] = at(below + 1);
    fraction[i] = centre - below;
  }
  return { low, high, fraction };
}

function fold(centre: number, length: number, border: ResizeBorder): number {
  if (border === 'edge') return Math.min(Math.max(centre, 0), length - 1);
  if (border === 'symmetric') return centre;
  if (length === 1) return 0;
  return centre < 0 ? -centre : centre > length - 1 ? 2 * (length - 1) - centre : centre;
}
