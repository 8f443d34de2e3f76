import { type CopyRows, rowCopier } from './copy-rows.js';
import type { PixelArray } from './image.js';
import { canInsert, canJoin, insertRows, joinRows, type Rows } from './join-rows.js';

/** Where a region lies in a flat array. */
export interface Strided {
  readonly data: PixelArray;
  /** Index of its first element. */
  readonly offset: number;
  /** Elements from one to the next along each axis; 0 repeats an element. */
  readonly strides: readonly number[];
}

/** A region that is copied between arrays of any order of axes. */
export interface Copy {
  readonly to: Strided;
  readonly from: Strided;
  /** Elements along each axis. */
  readonly counts: readonly number[];
}

/** Copies a region of `counts` elements between arrays of any order of axes; values must fit the type of `to`. */
export function copyRegion(to: Strided, from: Strided, counts: readonly number[]): void {
  copyTogether([{ to, from, counts }]);
}

/** Copies regions; short rows that lie side by side in what is written are {@link joinRows joined} before. */
export function copyTogether(copies: readonly Copy[]): void {
  const plans = copies
    .filter(({ counts }) => counts.every((count) => count > 0))
    .map(({ to, from, counts }) => planned(to, from, counts));
  const alike = plans.every(
    ({ outer, rows }) =>
      rows.count === plans[0].rows.count &&
      outer.length === plans[0].outer.length &&
      outer.every(({ count }, axis) => count === plans[0].outer[axis].count),
  );
  if (alike && sideBySide(plans)) carryOut(plans);
  else for (const plan of plans) carryOut([plan]);
}

/** Whether the rows of each plan end where those of the next one begin, as far as {@link joinRows} takes them. */
function sideBySide(plans: readonly Plan[]): boolean {
  const [first] = plans;
  return (
    plans.every(
      ({ to, rows, target, length }, i) =>
        length !== undefined &&
        to.buffer === first.to.buffer &&
        rows.to === first.rows.to &&
        (i === 0 || target === plans[i - 1].target + plans[i - 1].length!),
    ) && canJoin(plans.map(rowsOf))
  );
}

const rowsOf = ({ from, source, rows, length = 0 }: Plan): Rows => ({
  bytes: from,
  start: source,
  step: rows.from,
  length,
});

/** How a region is copied: the rows at each place of the outer axes. Distances are bytes, places bytes of the buffers. */
interface Plan {
  /** The buffers. */
  to: Uint8Array;
  from: Uint8Array;
  outer: readonly Run[];
  rows: Run;
  target: number;
  source: number;
  /** Bytes of a row; undefined where values are apart, or none of the other type. */
  length: number | undefined;
  copy: CopyRows;
}

function planned(to: Strided, from: Strided, counts: readonly number[]): Plan {
  // The axis along which the target is densest runs innermost; axes of one element take no part.
  const order = counts
    .map((_, axis) => axis)
    .filter((axis) => counts[axis] > 1)
    .sort((a, b) => to.strides[b] - to.strides[a] || from.strides[b] - from.strides[a]);
  const runs = mergeAxes(order, to.strides, from.strides, counts);
  const inner = runs.pop() ?? ONE;
  const [size, fromSize] = [to.data.BYTES_PER_ELEMENT, from.data.BYTES_PER_ELEMENT];
  const outer = runs.map((run) => ({ count: run.count, to: run.to * size, from: run.from * fromSize }));
  const rows = outer.pop() ?? ONE;
  const [target, source] = [to, from].map(({ data, offset }) => data.byteOffset + offset * data.BYTES_PER_ELEMENT);
  const dense = to.data.constructor === from.data.constructor && inner.to === 1 && inner.from === 1;
  const length = dense ? inner.count * size : undefined;
  const bytes = { to: new Uint8Array(to.data.buffer), from: new Uint8Array(from.data.buffer) };
  const plan = { ...bytes, outer, rows, target, source, length };
  return {
    ...plan,
    copy: copierOf(plan) ?? ((first, start, count) => copyLines(to.data, first, from.data, start, rows, count, inner)),
  };
}

/** The quick ways, for rows that are short and dense. */
function copierOf({ to, from, outer, rows, target, source, length }: Omit<Plan, 'copy'>): CopyRows | undefined {
  if (length === undefined || rows.count === 1) return undefined;
  const written: Rows = { bytes: to, start: target, step: rows.to, length };
  const read: Rows = { bytes: from, start: source, step: rows.from, length };
  if (canInsert(written, read, rows.count))
    return (first, start, count) => insertRows({ ...written, start: first }, { ...read, start }, count);
  return rowCopier(
    written,
    read,
    outer.flatMap((run) => [run.to, run.from]),
  );
}

/** Copies what a plan has, or several that lie side by side and have the same numbers of rows and places. */
function carryOut(plans: readonly Plan[]): void {
  if (plans.length === 0) return;
  const { outer, rows } = plans[0];
  const index = new Array<number>(outer.length).fill(0);
  for (;;) {
    const { to, target, source } = plans[0];
    if (plans.length > 1) joinRows({ bytes: to, start: target, step: rows.to }, plans.map(rowsOf), rows.count);
    else plans[0].copy(target, source, rows.count);
    let axis = outer.length - 1;
    for (; axis >= 0; axis--) {
      const back = ++index[axis] === outer[axis].count ? outer[axis].count : 0;
      for (const plan of plans) {
        plan.target += plan.outer[axis].to * (1 - back);
        plan.source += plan.outer[axis].from * (1 - back);
      }
      if (back === 0) break;
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

const ONE: Run = { count: 1, to: 1, from: 1 };

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

/** Row by row, between any types and steps. */
function copyLines(
  to: PixelArray,
  target: number,
  from: PixelArray,
  source: number,
  rows: Run,
  count: number,
  inner: Run,
): void {
  const [size, fromSize] = [to.BYTES_PER_ELEMENT, from.BYTES_PER_ELEMENT];
  for (let row = 0; row < count; row++) {
    const first = (target + row * rows.to - to.byteOffset) / size;
    const start = (source + row * rows.from - from.byteOffset) / fromSize;
    copyLine(to, first, inner.to, from, start, inner.from, inner.count);
  }
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
