/** Whether pixels belong to the same object as others at given offsets (BiaPy's A). */

import { type Image, image } from '../image/image.js';
import { volumeOf } from '../nd/volume.js';

export interface AffinityOptions {
  /** Offsets in pixels along each axis, as many for each; `z_affinities` in volumes only. */
  z_affinities?: readonly number[];
  y_affinities?: readonly number[];
  x_affinities?: readonly number[];
  /** Radius in pixels within which two objects may not meet; default 1. */
  widen_borders?: number;
}

/** Axis and pixels of each channel: z, y, x of the first offsets, then of the second ones. Axes count from 0, the first spatial one. */
export function affinityOffsets(options: AffinityOptions, axes: 2 | 3): { axis: number; step: number }[] {
  const { z_affinities: dz = [1], y_affinities: dy = [1], x_affinities: dx = [1] } = options;
  const along = axes === 3 ? [dz, dy, dx] : [dy, dx];
  return dy.flatMap((_, k) => along.map((offsets, axis) => ({ axis, step: offsets[k] })));
}

/**
 * For each offset, in the order z, y, x of the first ones, then the second ones: 1 where a pixel and the one that lies `offset`
 * before it along the axis are of the same object.
 */
export function affinities(labels: Image, options: AffinityOptions = {}): Uint8Array[] {
  const { values, depth, height, width, axes } = volumeOf(widenBorders(labels, options.widen_borders ?? 1));
  const sides = axes === 3 ? [depth, height, width] : [height, width];
  const strides = axes === 3 ? [height * width, width, 1] : [width, 1];
  return affinityOffsets(options, axes).map(({ axis, step }) => {
    const found = new Uint8Array(values.length);
    const [stride, side] = [strides[axis], sides[axis]];
    for (let at = 0; at < values.length; at++) {
      if (values[at] === 0 || Math.floor(at / stride) % side < step) continue;
      if (values[at - step * stride] === values[at]) found[at] = 1;
    }
    return found;
  });
}

/**
 * Labels without the pixels that have two objects in the square of `2 radius + 1` around them, slice by slice, so that objects that
 * touch are apart (as in PyTorch Connectomics).
 */
export function widenBorders(labels: Image, radius: number): Image {
  const { values, depth, height, width } = volumeOf(labels);
  const result = values.slice();
  for (let z = 0, at = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        if (values[at] === 0) continue;
        search: for (let j = Math.max(y - radius, 0); j <= Math.min(y + radius, height - 1); j++)
          for (let i = Math.max(x - radius, 0); i <= Math.min(x + radius, width - 1); i++) {
            const other = values[(z * height + j) * width + i];
            if (other !== 0 && other !== values[at]) {
              result[at] = 0;
              break search;
            }
          }
      }
  return image(result, [...labels.shape.slice(0, -1), 1], labels.metadata);
}
