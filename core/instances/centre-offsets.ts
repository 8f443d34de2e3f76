/** Horizontal, vertical and depth maps of HoVer-Net (BiaPy's H, V, Z). */

import type { Image } from '../image/image.js';
import { cropOf } from '../nd/fill-holes.js';
import { findRegions } from '../nd/regions.js';
import { volumeOf } from '../nd/volume.js';

/**
 * How far each pixel of an object lies from the object's centre of mass along one axis (S. Graham et al., "HoVer-Net", Medical Image
 * Analysis 58, 2019): pixels are counted from 1, the centre's are rounded. With `norm` what lies before is divided by its greatest
 * distance, and likewise what lies behind: [−1, 1]. 0 outside of objects.
 *
 * @param axis 0 for the first spatial axis (z in a volume).
 * @param spacing size of a pixel along the axis, for offsets that are not normalised.
 */
export function centreOffsets(labels: Image, axis: number, norm = true, spacing = 1): Float32Array {
  const { values, height, width, axes } = volumeOf(labels);
  const along = axes === 3 ? axis : axis + 1;
  const found = new Float32Array(values.length);
  for (const region of findRegions(labels)) {
    const { start, sides } = cropOf(region);
    const centre = Math.floor(region.centroid[axis] + 0.5);
    const before = centre - (region.start[axis] + 1);
    const behind = region.end[axis] - centre;
    for (let z = start[0]; z < start[0] + sides[0]; z++)
      for (let y = start[1]; y < start[1] + sides[1]; y++)
        for (let x = start[2], at = (z * height + y) * width + x; x < start[2] + sides[2]; x++, at++) {
          if (values[at] !== region.label) continue;
          const offset = [z, y, x][along] + 1 - centre;
          if (!norm) found[at] = offset * spacing;
          else if (offset < 0) found[at] = offset / before;
          else if (offset > 0) found[at] = offset / behind;
        }
  }
  return found;
}
