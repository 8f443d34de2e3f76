/** Cells that are bright around a dark nucleus: rings, BiaPy's donuts. */

import { linePeaks, smoothLine } from '../nd/line-filter.js';

/** How much brighter than the middle the rim is, and how much darker than the rim what lies outside. */
const RIM = 1.5;
const OUTSIDE = 0.7;

/** A line is smoothed over this part of a patch. */
const SMOOTHED = 8;

/** Pixels between both rims, along y and x. */
export interface Ring {
  readonly y: number;
  readonly x: number;
}

/**
 * Whether two lines through a point, along y and along x, rise from a dark middle to a rim on both sides and fall again behind: a ring.
 *
 * @param middles place of the point on each line.
 * @param patch sides of the patch that the lines were cut from, by which they are smoothed.
 * @returns undefined for what is no ring.
 */
export function ringOf(
  lines: { readonly y: ArrayLike<number>; readonly x: ArrayLike<number> },
  middles: Ring,
  patch: Ring,
): Ring | undefined {
  const y = rimDistance(smoothed(lines.y, patch.y), middles.y);
  const x = rimDistance(smoothed(lines.x, patch.x), middles.x);
  return y === undefined || x === undefined ? undefined : { y, x };
}

function smoothed(line: ArrayLike<number>, side: number): ArrayLike<number> {
  const part = Math.floor(side / SMOOTHED);
  const window = part + 1 - (part % 2);
  return window >= 3 && window <= line.length ? smoothLine(line, window) : line;
}

/** Pixels from the rim on one side of the middle to that on the other. */
function rimDistance(line: ArrayLike<number>, middle: number): number | undefined {
  const valleys = linePeaks(Float64Array.from(line, (value) => -value));
  if (valleys.length === 0) return undefined;
  const nearest = valleys.reduce((best, at) => (Math.abs(at - middle) < Math.abs(best - middle) ? at : best));
  const high = linePeaks(line).filter((at) => line[at] >= RIM * line[nearest]);
  const highest = (some: readonly number[]) =>
    some.length === 0 ? undefined : some.reduce((best, at) => (line[at] > line[best] ? at : best));
  const left = highest(high.filter((at) => at <= middle));
  const right = highest(high.filter((at) => at > middle));
  if (left === undefined || right === undefined) return undefined;
  const falls = (from: number, to: number, rim: number) => {
    for (let at = from; at < to; at++) if (line[at] < OUTSIDE * line[rim]) return true;
    return false;
  };
  return falls(0, left, left) && falls(right, line.length, right) ? right - left : undefined;
}
