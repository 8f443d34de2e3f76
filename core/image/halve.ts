/** Levels of an image pyramid: half the size along some axes. */

import { storing } from './cast.js';
import { allocate, dtypeOf, type PixelArray, sizeOf } from './image.js';

/**
 * Values at half the length of the axes named, rounded up. Images are averaged over blocks of two (what is left at an odd
 * end counts alone); labels keep the first of each block, so that no id appears that was not there.
 */
export function halve(
  data: PixelArray,
  shape: readonly number[],
  axes: readonly number[],
  kind: 'image' | 'labels',
): { data: PixelArray; shape: number[] } {
  const dtype = dtypeOf(data);
  let values: PixelArray = data;
  let sides = [...shape];
  for (const axis of axes) {
    const next = sides.map((side, i) => (i === axis ? Math.ceil(side / 2) : side));
    // Means of means are kept exact enough until the end, where they are rounded once.
    const result = kind === 'labels' ? allocate(dtype, sizeOf(next)) : new Float64Array(sizeOf(next));
    const inner = sizeOf(sides.slice(axis + 1));
    const length = sides[axis];
    for (let outer = 0, to = 0; outer < sizeOf(sides.slice(0, axis)); outer++)
      for (let i = 0; i < next[axis]; i++) {
        const from = (outer * length + 2 * i) * inner;
        const second = kind === 'image' && 2 * i + 1 < length ? inner : 0;
        if (kind === 'labels') for (let k = 0; k < inner; k++) result[to++] = values[from + k];
        else for (let k = 0; k < inner; k++) result[to++] = (values[from + k] + values[from + second + k]) / 2;
      }
    [values, sides] = [result, next];
  }
  if (kind === 'image' && axes.length > 0 && dtype !== 'float64') {
    const stored = allocate(dtype, values.length);
    const store = storing(dtype);
    for (let i = 0; i < values.length; i++) stored[i] = store(values[i]);
    values = stored;
  }
  return { data: values, shape: sides };
}
