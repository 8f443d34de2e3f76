/** Points drawn into images. */

import { type PixelArray, sizeOf } from '../image/image.js';
import { box, ellipse, type Footprint, offsetOf } from './footprint.js';

/** What a point becomes: an ellipse, or ellipsoid, with these radii; radii of 0 give the square, or cube, of side 3, as in BiaPy. */
export function pointFootprint(radii: readonly number[]): Footprint {
  return radii.every((radius) => radius === 0) ? box(radii.map(() => 3)) : ellipse(radii);
}

/**
 * Writes the value of each point over its footprint, cut off at the edges; later points lie over earlier ones.
 *
 * @param pixels one channel, C order, with the sides `shape`; written in place.
 * @param points whole pixels `[[z,] y, x]`.
 */
export function paintPoints(
  pixels: PixelArray,
  shape: readonly number[],
  points: readonly (readonly number[])[],
  footprint: Footprint,
  valueFor: (point: number) => number = () => 1,
): void {
  if (pixels.length !== sizeOf(shape)) throw new RangeError(`${pixels.length} pixels do not fill ${shape.join('×')}`);
  const offsets = offsetsOf(footprint);
  for (const [i, point] of points.entries()) {
    const value = valueFor(i);
    for (const offset of offsets) {
      let at = 0;
      let inside = true;
      for (let axis = 0; axis < shape.length && inside; axis++) {
        const place = point[axis] + offset[axis];
        inside = place >= 0 && place < shape[axis];
        at = at * shape[axis] + place;
      }
      if (inside) pixels[at] = value;
    }
  }
}

function offsetsOf({ sides, inside }: Footprint): number[][] {
  const offsets: number[][] = [];
  for (let at = 0; at < inside.length; at++) if (inside[at] !== 0) offsets.push(offsetOf(at, sides));
  return offsets;
}
