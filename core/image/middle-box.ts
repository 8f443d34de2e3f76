/** The part of a volume that stands for it in a picture. */
import type { Box } from './image.js';

/** Longest side of the picture of a volume that is read in parts. */
const MOST = 1024;

/** The plane in the middle of a volume `[z, y, x, c]`, and of a large plane the middle. */
export function middleBox(shape: readonly number[]): Box {
  const sides = shape.slice(0, 3);
  const size = sides.map((side, axis) => (axis === 0 ? 1 : Math.min(side, MOST)));
  return { start: sides.map((side, axis) => Math.floor((side - size[axis]) / 2)), size };
}
