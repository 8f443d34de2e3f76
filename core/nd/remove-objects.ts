/** Takes objects out of label images. */

import { type Image, image } from '../image/image.js';
import { findRegions, type Region } from './regions.js';
import { volumeOf } from './volume.js';

/** Objects in the first channel of `[[z,] y, x, c]` for which `unwanted` is true become background. Labels stay as they are. */
export function removeObjects(labels: Image, unwanted: (region: Region) => boolean): Image {
  const gone = new Set(
    findRegions(labels)
      .filter(unwanted)
      .map(({ label }) => label),
  );
  const { values } = volumeOf(labels);
  const result = values.slice();
  if (gone.size > 0)
    for (let i = 0, last = 0, drop = false; i < result.length; i++) {
      const label = result[i];
      if (label === 0) continue;
      if (label !== last) {
        last = label;
        drop = gone.has(label);
      }
      if (drop) result[i] = 0;
    }
  return image(result, [...labels.shape.slice(0, -1), 1], labels.metadata);
}

/** Removes objects of at most `pixels` pixels, BiaPy's `remove_small_objects`. */
export function removeSmallObjects(labels: Image, pixels: number): Image {
  return removeObjects(labels, ({ count }) => count <= pixels);
}

/** Removes objects of `pixels` pixels and more, BiaPy's `remove_large_objects`. */
export function removeLargeObjects(labels: Image, pixels: number): Image {
  return removeObjects(labels, ({ count }) => count >= pixels);
}

/** Removes objects that touch the border of the image, `skimage.segmentation.clear_border` for objects in one piece. */
export function clearBorder(labels: Image): Image {
  const sides = labels.shape.slice(0, -1);
  return removeObjects(labels, ({ start, end }) => sides.some((side, axis) => start[axis] === 0 || end[axis] === side));
}
