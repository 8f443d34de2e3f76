import type { PixelArray } from './image.js';

/** Where a region lies in a flat array. */
export interface Strided {
  readonly data: PixelArray;
  /** Index of its first element. */
  readonly offset: number;
  /** Elements from one to the next along each axis; 0 repeats an element. */
  readonly strides: readonly number[];
}

/** Copies a region of `counts` elements between arrays of any order of axes; values must fit the type of `to`. */
export function copyRegion(to: Strided, from: Strided, counts: readonly number[]): void {
  if (counts.some((count) => count <= 0)) return;
  // The axis along which the target is densest runs innermost; axes of one element take no part.
  const order = counts
    .map((_, axis) => axis)
    .filter((axis) => counts[axis] > 1)
    .sort((a, b) => to.strides[b] - to.strides[a] || from.strides[b] - from.strides[a]);
  const merged = mergeAxes(order, to.strides, from.strides, counts);
  const inner = merged.pop() ?? { count: 1, to: 1, from: 1 };
  const index = new Array<number>(merged.length).fill(0);
  let [target, source] = [to.offset, from.offset];
  for (;;) {
    copyLine(to.data, target, inner.to, from.data, source, inner.from, inner.count);
    let axis = merged.length - 1;
    for (; axis >= 0; axis--) {
      target += merged[axis].to;
      source += merged[axis].from;
      if (++index[axis] < merged[axis].count) break;
      target -= merged[axis].to * merged[axis].count;
      source -= merged[axis].from * merged[axis].count;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

interface Run {
  count: number;
  to: number;
  from: number;
}

/** Neighbouring axes that are one run in both arrays become one. */
function mergeAxes(
  order: readonly number[],
  to: readonly number[],
  from: readonly number[],
  counts: readonly number[],
): Run[] {
  const runs: Run[] = [];
  for (const axis of order) {
    const run = { count: counts[axis], to: to[axis], from: from[axis] };
    const last = runs[runs.length - 1];
    if (last && last.to === run.to * run.count && last.from === run.from * run.count)
      runs[runs.length - 1] = { ...run, count: last.count * run.count };
    else runs.push(run);
  }
  return runs;
}

/** Below this a loop is faster than a call. */
const SHORT = 24;

function copyLine(
  to: PixelArray,
  target: number,
  step: number,
  from: PixelArray,
  source: number,
  stride: number,
  count: number,
): void {
  if (step === 1 && stride === 1 && count >= SHORT) to.set(from.subarray(source, source + count), target);
  else if (step === 1 && stride === 0) to.fill(from[source], target, target + count);
  else for (let i = 0, t = target, s = source; i < count; i++, t += step, s += stride) to[t] = from[s];
}
