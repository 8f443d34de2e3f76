/** Morphological reconstruction, and what it finds: maxima of a given height. */

import { type Image, image } from '../image/image.js';
import { neighbourSteps, volumeOf } from './volume.js';

/**
 * Dilates `seed` again and again without ever going above `mask`, until nothing changes, as
 * `skimage.morphology.reconstruction`. L. Vincent's hybrid of two scans and a queue, IEEE Trans. Image Processing 2 (1993).
 *
 * @param seed first channel of `[[z,] y, x, c]`; values above the mask count as the mask's.
 * @param mask of the same sides.
 * @param connectivity axes that neighbours may differ in; default all.
 * @returns float64 `[[z,] y, x, 1]`.
 */
export function reconstructByDilation(seed: Image, mask: Image, connectivity = seed.shape.length - 1): Image {
  const { values, depth, height, width, axes } = volumeOf(seed);
  const limit = volumeOf(mask).values;
  if (limit.length !== values.length)
    throw new RangeError(`a mask of ${limit.length} pixels does not fit a seed of ${values.length}`);
  const result = new Float64Array(values.length);
  for (let at = 0; at < result.length; at++) result[at] = Math.min(values[at], limit[at]);
  const plane = height * width;
  const steps = neighbourSteps(axes, connectivity).map((step) => ({
    ...step,
    offset: step.z * plane + step.y * width + step.x,
  }));
  const before = steps.filter(({ offset }) => offset < 0);
  const behind = steps.filter(({ offset }) => offset > 0);
  const inside = (at: number, { z, y, x }: { z: number; y: number; x: number }) => {
    const nx = (at % width) + x;
    const ny = (Math.floor(at / width) % height) + y;
    const nz = Math.floor(at / plane) + z;
    return nx >= 0 && nx < width && ny >= 0 && ny < height && nz >= 0 && nz < depth;
  };
  const raise = (at: number, some: typeof steps) => {
    for (const step of some)
      if (inside(at, step) && result[at + step.offset] > result[at]) result[at] = result[at + step.offset];
    if (result[at] > limit[at]) result[at] = limit[at];
  };
  for (let at = 0; at < result.length; at++) raise(at, before);
  let queue: number[] = [];
  for (let at = result.length - 1; at >= 0; at--) {
    raise(at, behind);
    const lifts = (step: (typeof steps)[number]) => {
      const other = at + step.offset;
      return inside(at, step) && result[other] < result[at] && result[other] < limit[other];
    };
    if (behind.some(lifts)) queue.push(at);
  }
  while (queue.length > 0) {
    const next: number[] = [];
    for (const at of queue)
      for (const step of steps) {
        const other = at + step.offset;
        if (!inside(at, step) || result[other] >= result[at] || result[other] >= limit[other]) continue;
        result[other] = Math.min(result[at], limit[other]);
        next.push(other);
      }
    queue = next;
  }
  return image(result, [...seed.shape.slice(0, -1), 1], seed.metadata);
}

/** Precision of a float64 relative to its value, `numpy.finfo(float).resolution`. */
const RESOLUTION = 1e-15;

/**
 * Maxima that rise by at least `height` above the highest way to a higher one, in the first channel of `[[z,] y, x, c]`, as
 * `skimage.morphology.h_maxima` of float64. Neighbours may differ in all axes.
 *
 * @returns uint8 `[[z,] y, x, 1]`: 1 on the maxima.
 * @throws RangeError for a height that is not above 0.
 */
export function hMaxima(picture: Image, height: number): Image {
  if (!(height > 0)) throw new RangeError(`the height of maxima must be above 0, not ${height}`);
  const { values } = volumeOf(picture);
  const sides = [...picture.shape.slice(0, -1), 1];
  const own = Float64Array.from(values);
  let [least, most] = [Infinity, -Infinity];
  for (const value of own) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const found = new Uint8Array(own.length);
  if (height <= most - least) {
    // Lowered a little further than the height, so that rounding cannot hide a maximum.
    const lowered = own.map((value) => value - height - 2 * RESOLUTION * Math.abs(value));
    const rebuilt = reconstructByDilation(image(lowered, sides), image(own, sides)).data;
    for (let at = 0; at < found.length; at++) found[at] = Number(own[at] - rebuilt[at] >= height);
  }
  return image(found, sides, picture.metadata);
}
