/** Neighbourhoods of morphology: which pixels around one belong to it. */

import { placeAt } from '../image/c-order.js';
import { sizeOf } from '../image/image.js';

export interface Footprint {
  /** Odd sides, one for each spatial axis; the middle is the pixel itself. */
  readonly sides: readonly number[];
  /** 1 for pixels of the neighbourhood, C order. */
  readonly inside: Uint8Array;
}

/** All pixels of a box with odd sides. @throws RangeError for other sides. */
export function box(sides: readonly number[]): Footprint {
  return footprint(sides, () => true);
}

/**
 * All pixels of a box with any sides. Where a side is even, the box reaches one pixel further before the pixel itself than behind
 * it, as the windows of `scipy.ndimage` do. @throws RangeError for sides that are no whole numbers of at least 1.
 */
export function windowOf(sides: readonly number[]): Footprint {
  const wrong = sides.find((side) => !(Number.isInteger(side) && side > 0));
  if (wrong !== undefined) throw new RangeError(`a window needs whole sides of at least 1, not ${wrong}`);
  return footprint(
    sides.map((side) => side + 1 - (side % 2)),
    (offset) => offset.every((step, axis) => step < sides[axis] - (sides[axis] >> 1)),
  );
}

/** Pixels at most `radius` away from the middle: a disk in 2D, a ball in 3D. */
export function ball(radius: number, axes: 2 | 3): Footprint {
  const whole = Math.floor(radius);
  return footprint(new Array(axes).fill(2 * whole + 1), (offset) => length2(offset) <= radius * radius);
}

/** Pixels inside an ellipse, or ellipsoid, with these radii; an axis of radius 0 is one pixel thick. */
export function ellipse(radii: readonly number[]): Footprint {
  return footprint(
    radii.map((radius) => 2 * Math.floor(radius) + 1),
    (offset) => length2(offset.map((step, axis) => (step === 0 ? 0 : step / radii[axis]))) <= 1,
  );
}

/** The middle and its neighbours across at most `connectivity` axes: a cross for 1, all 8 or 26 for the number of axes. */
export function neighbourhood(axes: 2 | 3, connectivity: number): Footprint {
  return footprint(new Array(axes).fill(3), (offset) => length2(offset) <= connectivity);
}

function footprint(sides: readonly number[], contains: (offset: readonly number[]) => boolean): Footprint {
  const wrong = sides.find((side) => !(Number.isInteger(side) && side > 0 && side % 2 === 1));
  if (wrong !== undefined) throw new RangeError(`a neighbourhood needs odd sides, not ${wrong}`);
  const inside = new Uint8Array(sizeOf(sides));
  for (let at = 0; at < inside.length; at++) inside[at] = Number(contains(offsetOf(at, sides)));
  return { sides: [...sides], inside };
}

/** Steps from the middle to the pixel at a position of the footprint. */
export function offsetOf(at: number, sides: readonly number[]): number[] {
  return placeAt(at, sides).map((place, axis) => place - (sides[axis] >> 1));
}

function length2(offset: readonly number[]): number {
  return offset.reduce((sum, step) => sum + step * step, 0);
}

/** A stretch of a footprint along x: the row it lies in, and where it begins and ends (inclusive), from the middle. */
export interface Run {
  readonly z: number;
  readonly y: number;
  readonly first: number;
  readonly last: number;
}

/** The footprint as runs along x, which is how it is applied fast. */
export function runsOf({ sides, inside }: Footprint): Run[] {
  const width = sides[sides.length - 1];
  const runs: Run[] = [];
  for (let row = 0; row < inside.length; row += width)
    for (let x = 0; x < width; x++) {
      if (inside[row + x] === 0) continue;
      const start = x;
      while (x + 1 < width && inside[row + x + 1] === 1) x++;
      const [y, z = 0] = offsetOf(row, sides).slice(0, -1).reverse();
      runs.push({ z, y, first: start - (width >> 1), last: x - (width >> 1) });
    }
  return runs;
}
