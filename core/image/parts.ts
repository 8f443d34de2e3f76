/** All pixels of an image, part by part. */
import { readRegion } from './deferred.js';
import { type Box, type Image, spatialShape } from './image.js';

/** Longest side of a part: a megabyte for each channel of float32. */
const SIDE = 64;

/** The boxes that an image is read in, z outermost: blocks of at most `longest` pixels along each axis. */
export function* partBoxes(sides: readonly number[], longest = SIDE): Generator<Box> {
  const counts = sides.map((side) => Math.ceil(side / longest));
  const total = counts.reduce((product, count) => product * count, 1);
  for (let index = 0; index < total; index++) {
    let rest = index;
    const start = sides.map(() => 0);
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      start[axis] = (rest % counts[axis]) * longest;
      rest = Math.floor(rest / counts[axis]);
    }
    yield { start, size: start.map((first, axis) => Math.min(longest, sides[axis] - first)) };
  }
}

/** An image in memory as it is; one that is read in parts block by block, each chunk of its file once. */
export async function* partsOf(picture: Image, signal?: AbortSignal): AsyncGenerator<Image> {
  if (!picture.source) {
    yield picture;
    return;
  }
  const boxes = [...partBoxes(spatialShape(picture))];
  picture.source.expect?.(boxes);
  for (const box of boxes) yield await readRegion(picture, box, signal);
}
