import { readBox } from './border.js';
import { type Image, spatialShape } from './image.js';

/** The image without `border` pixels at both ends of each axis; axes without an entry stay whole. */
export function dropBorder(picture: Image, border: readonly number[]): Image {
  if (border.every((amount) => amount === 0)) return picture;
  const sides = spatialShape(picture);
  const start = sides.map((_, axis) => border[axis] ?? 0);
  return readBox(
    picture,
    start,
    sides.map((side, axis) => Math.max(side - 2 * start[axis], 1)),
  );
}
