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
  const plans: Plan[] = [];
  for (const { to, from, counts } of copies)
    if (counts.every((count) => count > 0)) plans.push(planned(to, from, counts));
  if (plans.length > 1 && alike(plans) && sideBySide(plans)) carryOut(plans);
  else for (const plan of plans) carryOut([plan]);
}

/** Whether all plans have the same numbers of rows and of places on each outer axis. */
function alike(plans: readonly Plan[]): boolean {
  const [first] = plans;
  return plans.every(
    ({ outer, rows }) =>
      rows.count === first.rows.count &&
      outer.length === first.outer.length &&
      outer.every(({ count }, axis) => count === first.outer[axis].count),
  );
}

/** Whether the rows of each plan end where those of the next one begin, as far as {@link joinRows} takes them. */
function sideBySide(plans: readonly Plan[]): boolean {
  const [first] = plans;
  return (
    plans.every(
      ({ to, rows, target, length }, i) =>
        length > 0 &&
        to.buffer === first.to.buffer &&
        rows.to === first.rows.to &&
        (i === 0 || target === plans[i - 1].target + plans[i - 1].length),
    ) && canJoin(plans.map(rowsOf))
  );
}

const rowsOf = ({ from, source, rows, length }: Plan): Rows => ({
  bytes: from,
  start: source,
  step: rows.from,
  length,
});

/**
 * How a region is copied: the rows at each place of the outer axes. Distances are bytes, places bytes of the buffers.
 *
 * One is made for each chunk that is read, so this part of the file makes few objects and spreads none.
 */
interface Plan {
  /** The buffers. */
  readonly to: Uint8Array;
  readonly from: Uint8Array;
  readonly outer: readonly Run[];
  readonly rows: Run;
  /** Elements of a row, and the steps between them. */
  readonly inner: Run;
  readonly values: { readonly to: PixelArray; readonly from: PixelArray };
  target: number;
  source: number;
  /** Bytes of a row; 0 where values are apart, or none of the other type. */
  readonly length: number;
}

function planned(to: Strided, from: Strided, counts: readonly number[]): Plan {
  const runs = runsOf(to.strides, from.strides, counts);
  const inner = runs.pop() ?? ONE;
  const size = to.data.BYTES_PER_ELEMENT;
  const fromSize = from.data.BYTES_PER_ELEMENT;
  for (const run of runs) {
    run.to *= size;
    run.from *= fromSize;
  }
  const rows = runs.pop() ?? ONE;
  const dense = to.data.constructor === from.data.constructor && inner.to === 1 && inner.from === 1;
  return {
    to: new Uint8Array(to.data.buffer),
    from: new Uint8Array(from.data.buffer),
    outer: runs,
    rows,
    inner,
    values: { to: to.data, from: from.data },
    target: to.data.byteOffset + to.offset * size,
    source: from.data.byteOffset + from.offset * fromSize,
    length: dense ? inner.count * size : 0,
  };
}

/** How the rows of one plan are copied: the quick ways are for those that are short and dense. */
function copierOf({ to, from, outer, rows, inner, values, target, source, length }: Plan): CopyRows {
  if (length > 0 && rows.count > 1) {
    const written: Rows = { bytes: to, start: target, step: rows.to, length };
    const read: Rows = { bytes: from, start: source, step: rows.from, length };
    if (canInsert(written, read, rows.count))
      return (first, start, count) => insertRows(written, read, count, first, start);
    const quick = rowCopier(written, read, outer);
    if (quick) return quick;
  }
  return (first, start, count) => copyLines(values.to, first, values.from, start, rows, count, inner);
}

/** Copies what a plan has, or several that lie side by side and have the same numbers of rows and places. */
function carryOut(plans: readonly Plan[]): void {
  const [first] = plans;
  const { outer, rows } = first;
  const copy = plans.length === 1 ? copierOf(first) : undefined;
  const index = new Array<number>(outer.length).fill(0);
  for (;;) {
    if (copy) copy(first.target, first.source, rows.count);
    else joinRows({ bytes: first.to, start: first.target, step: rows.to }, plans.map(rowsOf), rows.count);
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

/**
 * The axes from the one along which the target is sparsest to the one along which it is densest, which is to run innermost. Axes of one element
 * take no part; neighbouring ones that are one run in both arrays become one.
 */
function runsOf(to: readonly number[], from: readonly number[], counts: readonly number[]): Run[] {
  const sorted: Run[] = [];
  for (let axis = 0; axis < counts.length; axis++) {
    if (counts[axis] === 1) continue;
    const run = { count: counts[axis], to: to[axis], from: from[axis] };
    let place = sorted.push(run) - 1;
    for (; place > 0 && denser(sorted[place - 1], run); place--) sorted[place] = sorted[place - 1];
    sorted[place] = run;
  }
  let kept = 0;
  for (const run of sorted) {
    const last = sorted[kept - 1];
    if (kept > 0 && last.to === run.to * run.count && last.from === run.from * run.count) {
      run.count *= last.count;
      sorted[kept - 1] = run;
    } else sorted[kept++] = run;
  }
  sorted.length = kept;
  return sorted;
}

function denser(a: Run, b: Run): boolean {
  return a.to < b.to || (a.to === b.to && a.from < b.from);
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
