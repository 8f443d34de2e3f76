/** Targets on a finer grid than their image, as super-resolution has them. */
import { DataError } from '../errors.js';
import type { Box } from './patch.js';

/**
 * Pixels of a target along each pixel of its image, `[y, x]` or `[z, y, x]`; undefined for a target of a single pixel,
 * which belongs to the image as a whole.
 *
 * @param image `[..., c]` of the image, @param target `[..., c]` of its target.
 * @throws DataError, naming `file`, when the sides are no multiples.
 */
export function scaleBetween(image: readonly number[], target: readonly number[], file?: string): number[] | undefined {
  const [from, to] = [image.slice(0, -1), target.slice(0, -1)];
  if (to.every((side) => side === 1)) return from.every((side) => side === 1) ? from : undefined;
  const scale = from.map((side, axis) => to[axis] / side);
  if (scale.length !== to.length || scale.some((factor) => !Number.isInteger(factor)))
    throw new DataError(
      `${file ? `${file}: ` : ''}the sides of the target (${to.join('×')}) are no whole multiples of those of its image (${from.join('×')}).`,
      { where: { ...(file && { file }) } },
    );
  return scale;
}

/** The same region in pixels of the finer grid. */
export function scaleBox({ start, size }: Box, scale: readonly number[]): Box {
  return {
    start: start.map((first, axis) => first * scale[axis]),
    size: scaleSides(size, scale),
  };
}

/** Sides on the finer grid; axes without a factor stay as they are. */
export function scaleSides(sides: readonly number[], scale: readonly number[]): number[] {
  return sides.map((side, axis) => side * (scale[axis] ?? 1));
}
