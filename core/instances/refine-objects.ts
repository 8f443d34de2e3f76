/** Refinement of objects, step by step (TEST.POST_PROCESSING.INSTANCE_REFINEMENT). */

import type { Image } from '../image/image.js';
import { fillHoles } from '../nd/fill-holes.js';
import { windowOf } from '../nd/footprint.js';
import { dilate, erode } from '../nd/morphology.js';
import { clearBorder, removeLargeObjects, removeSmallObjects } from '../nd/remove-objects.js';

export type RefinementStep =
  | { readonly operation: 'fill_holes' | 'clear_border' }
  /** One side, in pixels, or one for each axis. */
  | { readonly operation: 'dilation' | 'erosion'; readonly size: number | readonly number[] }
  | { readonly operation: 'remove_small_objects' | 'remove_big_objects'; readonly pixels: number };

/**
 * Applies the steps in their order to the labels in the first channel of `[[z,] y, x, c]`.
 *
 * Dilation and erosion are those of grey images over a box, as BiaPy has them: where objects touch, the greater label
 * takes from the smaller one in a dilation, and the smaller from the greater in an erosion. Small objects have at most,
 * big ones at least `pixels` pixels. Objects at the border are those that touch any side of the image, in a volume the
 * first and the last plane too.
 *
 * @returns labels of the type that came, one channel.
 */
export function refineObjects(labels: Image, steps: readonly RefinementStep[]): Image {
  return steps.reduce(refine, labels);
}

function refine(labels: Image, step: RefinementStep): Image {
  const axes = labels.shape.length - 1;
  switch (step.operation) {
    case 'fill_holes':
      return fillHoles(labels);
    case 'clear_border':
      return clearBorder(labels);
    case 'dilation':
    case 'erosion': {
      const sides = typeof step.size === 'number' ? new Array<number>(axes).fill(step.size) : step.size;
      return (step.operation === 'dilation' ? dilate : erode)(labels, windowOf(sides));
    }
    case 'remove_small_objects':
      return removeSmallObjects(labels, step.pixels);
    case 'remove_big_objects':
      return removeLargeObjects(labels, step.pixels);
  }
}
