/** All pixels of an image, part by part. */
import { placeAt } from './c-order.js';
import { readRegion } from './deferred.js';
import { type Box, type Image, sizeOf, spatialShape } from './image.js';

/** Longest side of a part: a megabyte for each channel of float32. */
export const PART_SIDE = 64;

/** The boxes of a grid from the origin on, the last axis fastest; those at the end are cut off. */
export function* gridBoxes(sides: readonly number[], steps: readonly number[]): Generator<Box> {
  const grid = sides.map((side, axis) => Math.ceil(side / steps[axis]));
  for (let index = 0; index < sizeOf(grid); index++) {
    const start = placeAt(index, grid).map((at, axis) => at * steps[axis]);
    yield { start, size: start.map((at, axis) => Math.min(steps[axis], sides[axis] - at)) };
  }
}

/** The boxes that an image is read in, z outermost: blocks of at most `longest` pixels along each axis. */
export function partBoxes(sides: readonly number[], longest = PART_SIDE): Generator<Box> {
  return gridBoxes(
    sides,
    sides.map(() => longest),
  );
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
