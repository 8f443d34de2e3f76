/** Repair of large objects that fell into pieces (TEST.POST_PROCESSING.REPARE_LARGE_BLOBS_SIZE). */

import { type Image, image, type PixelArray } from '../image/image.js';
import { fillHoles } from '../nd/fill-holes.js';
import { findRegions, type Region } from '../nd/regions.js';
import { neighbourSteps, type Volume, volumeOf } from '../nd/volume.js';

/** Share of a neighbour's bounding box that may lie outside of the large object's in a volume. */
const MOST_OUTSIDE = 0.3;

/**
 * Objects of at least `pixels` pixels take over the objects that touch them (8 or 26 neighbours) and whose bounding box lies
 * within theirs; in a volume up to 30 % of it may stick out. Then their holes are filled. Objects are taken in the order
 * of their labels; sizes and boxes are those before any change.
 *
 * @param labels first channel of `[[z,] y, x, c]`.
 * @returns labels of the type that came, one channel.
 */
export function repairLargeObjects(labels: Image, pixels: number): Image {
  const volume = volumeOf(labels);
  const values = volume.values.slice();
  const regions = findRegions(labels);
  const byLabel = new Map(regions.map((region) => [region.label, region]));
  const shape = [...labels.shape.slice(0, -1), 1];
  const large = regions.filter(({ count }) => count >= pixels);
  for (const region of large) {
    for (const label of neighbours(values, volume, region)) {
      const other = byLabel.get(label)!;
      if (outside(other, region) > (volume.axes === 3 ? MOST_OUTSIDE : 0)) continue;
      eachRow(volume, other, (from, to) => {
        for (let at = from; at < to; at++) if (values[at] === label) values[at] = region.label;
      });
    }
    const filled = fillHoles(image(values, shape), 1, ({ label }) => label === region.label).data;
    values.set(filled);
  }
  return image(values, shape, labels.metadata);
}

/** Labels that touch an object, in the order in which its pixels meet them. */
function neighbours(values: PixelArray, volume: Volume, region: Region): Set<number> {
  const { depth, height, width, axes } = volume;
  const steps = neighbourSteps(axes, axes);
  const found = new Set<number>();
  eachRow(volume, region, (from, to) => {
    const y = Math.floor(from / width) % height;
    const z = Math.floor(from / (width * height));
    for (let at = from; at < to; at++) {
      if (values[at] !== region.label) continue;
      const x = at % width;
      for (const step of steps) {
        const [k, j, i] = [z + step.z, y + step.y, x + step.x];
        if (k < 0 || k >= depth || j < 0 || j >= height || i < 0 || i >= width) continue;
        const label = values[(k * height + j) * width + i];
        if (label !== 0 && label !== region.label) found.add(label);
      }
    }
  });
  return found;
}

/** Share of the bounding box of `inner` that lies outside of that of `outer`. */
function outside(inner: Region, outer: Region): number {
  let [whole, shared] = [1, 1];
  for (const [axis, first] of inner.start.entries()) {
    whole *= inner.end[axis] - first;
    shared *= Math.max(Math.min(inner.end[axis], outer.end[axis]) - Math.max(first, outer.start[axis]), 0);
  }
  return 1 - shared / whole;
}

/** Rows of a bounding box as places in the volume. */
function eachRow(
  { height, width, axes }: Volume,
  { start, end }: Region,
  visit: (from: number, to: number) => void,
): void {
  const [z0, y0, x0] = axes === 3 ? start : [0, ...start];
  const [z1, y1, x1] = axes === 3 ? end : [1, ...end];
  for (let z = z0; z < z1; z++)
    for (let y = y0; y < y1; y++) visit((z * height + y) * width + x0, (z * height + y) * width + x1);
}
