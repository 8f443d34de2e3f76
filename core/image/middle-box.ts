/** The part of a volume that stands for it in a picture. */
import { middlePlane } from './display.js';
import { type Box, type Image, image } from './image.js';

/** Longest side of the picture of a volume that is read in parts. */
const MOST = 1024;

/** The plane in the middle of a volume `[z, y, x, c]`, and of a large plane the middle. */
export function middleBox(shape: readonly number[]): Box {
  const sides = shape.slice(0, 3);
  const size = sides.map((side, axis) => (axis === 0 ? 1 : Math.min(side, MOST)));
  return { start: sides.map((side, axis) => Math.floor((side - size[axis]) / 2)), size };
}

/**
 * The plane in the middle of a volume, of one that is read in parts the middle of it; a plane itself.
 *
 * @param raw image that the picture belongs to, where it has whole multiples of its pixels: the same region is shown.
 */
export async function planeOf(picture: Image, raw: Image = picture): Promise<Image> {
  if (!picture.source || picture.shape.length !== 4) return middlePlane(picture);
  const { start, size } = middleBox(raw.shape);
  const scale = picture.shape.map((side, axis) => side / raw.shape[axis]);
  const enlarged = (values: readonly number[]) => values.map((value, axis) => value * scale[axis]);
  const part = await picture.source.read({ start: enlarged(start), size: [1, ...enlarged(size).slice(1)] });
  return image(part.data, part.shape.slice(1), part.metadata);
}
