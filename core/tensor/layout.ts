/**
 * Physical layouts of traced values.
 *
 * TensorFlow.js sees every value in its logical axis order, channels-last for images. ONNX Runtime is fast on
 * channels-first. So a value is stored in any order of its axes: `order[p]` is the logical axis stored at position p.
 * A transposition is then only a new order; data move where an operation needs them to.
 */

/** Logical axis of each stored axis. */
export type Order = readonly number[];

/** Stored as seen. */
export function logicalOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Batch, channels, then space: how convolution and pooling store an image `[n, ...space, c]`. */
export function channelsFirst(rank: number): number[] {
  return [0, rank - 1, ...logicalOrder(rank - 2).map((axis) => axis + 1)];
}

/** Batch, planes, channels, then lines: a volume `[n, z, y, x, c]` as a pile of channels-first images. */
export const PLANES_FIRST: Order = [0, 1, 4, 2, 3];

/** Output channels, input channels, then space: how convolution stores a filter `[...space, in, out]`. */
export function filterFirst(rank: number): number[] {
  return [rank - 1, rank - 2, ...logicalOrder(rank - 2)];
}

export function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Position in which a logical axis is stored. */
export function storedAxis(order: Order, axis: number): number {
  return order.indexOf(axis);
}

/** True when two orders put the same bytes in the same place because they differ in axes of length 1 only. */
export function sameBytes(dims: readonly number[], a: Order, b: Order): boolean {
  const long = (axis: number) => dims[axis] !== 1;
  return sameList(a.filter(long), b.filter(long));
}

/** Order of a value of lower rank once axes of length 1 are put before it, as broadcasting does. */
export function widenOrder(order: Order, rank: number): number[] {
  const added = rank - order.length;
  return [...logicalOrder(added), ...order.map((axis) => axis + added)];
}

/** Order left when logical axes disappear. */
export function dropAxes(order: Order, axes: readonly number[]): number[] {
  return order
    .filter((axis) => !axes.includes(axis))
    .map((axis) => axis - axes.filter((dropped) => dropped < axis).length);
}

/** Runs of axes of two shapes that hold the same elements, such as `[y, x] -> [y*x]`. */
export interface ReshapeGroup {
  from: number[];
  to: number[];
}

/** Splits a reshape into the smallest runs of axes that map to each other. */
export function reshapeGroups(from: readonly number[], to: readonly number[]): ReshapeGroup[] {
  const groups: ReshapeGroup[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const group: ReshapeGroup = { from: [], to: [] };
    let left = 1;
    let right = 1;
    const takeLeft = () => {
      left *= from[i];
      group.from.push(i++);
    };
    const takeRight = () => {
      right *= to[j];
      group.to.push(j++);
    };
    if (i < from.length) takeLeft();
    if (j < to.length) takeRight();
    while (left !== right) {
      if (left < right && i < from.length) takeLeft();
      else if (j < to.length) takeRight();
      else if (i < from.length) takeLeft();
      else break;
    }
    groups.push(group);
  }
  return groups;
}

/**
 * The order that makes a reshape free of data movement, or undefined when the stored order really mixes the axes
 * of a run and the value must be put in logical order first.
 */
export function reshapeOrder(
  dims: readonly number[],
  order: Order,
  groups: readonly ReshapeGroup[],
): number[] | undefined {
  const groupOf = new Map<number, ReshapeGroup>();
  for (const group of groups) for (const axis of group.from) groupOf.set(axis, group);
  const stored = order.filter((axis) => dims[axis] !== 1);
  const done = new Set<ReshapeGroup>();
  const result: number[] = [];
  for (let p = 0; p < stored.length; ) {
    const group = groupOf.get(stored[p])!;
    const run = group.from.filter((axis) => dims[axis] !== 1);
    if (!sameList(run, stored.slice(p, p + run.length))) return undefined;
    result.push(...group.to);
    done.add(group);
    p += run.length;
  }
  const idle = groups.filter((group) => !done.has(group)).flatMap((group) => group.to);
  return [...idle, ...result];
}
