/** Measuring predictions against targets part by part: volumes that are larger than memory, with the values that they would have whole. */
import { readRegion } from './deferred.js';
import { type Box, type Image, spatialShape } from './image.js';
import { partBoxes } from './parts.js';

/** Gathers one value over the parts of an image, which come in one pass or several. */
export interface PartMeasure {
  /** Takes in the same part of prediction and target. */
  add(prediction: Image, target: Image): void;
  /** Ends a pass. True when all parts are wanted once more; without it one pass is enough. */
  again?(): boolean;
  /**
   * Sides of a window that is laid on every place where it fits, for images of some sides: in this pass each part comes with the pixels behind
   * it that windows on its places cover. Undefined where parts stand for themselves.
   */
  window?(sides: readonly number[]): readonly number[] | undefined;
  result(): number;
}

/**
 * The values of some measures on two images of one shape, of which either may be deferred. Parts are the same whatever the memory budget
 * and the chunks of files, and so are the values.
 *
 * @param border pixels left out at both ends of each axis; axes without an entry stay whole.
 * @param longest longest side of a part in pixels; default 64.
 */
export async function measureParts(
  prediction: Image,
  target: Image,
  measures: readonly PartMeasure[],
  { border = [], longest, signal }: { border?: readonly number[]; longest?: number; signal?: AbortSignal } = {},
): Promise<number[]> {
  const whole = spatialShape(prediction);
  // Of an axis that is all border, its middle is left.
  const margin = whole.map((side, axis) => Math.min(border[axis] ?? 0, Math.floor((side - 1) / 2)));
  const sides = whole.map((side, axis) => side - 2 * margin[axis]);
  let open = [...measures];
  while (open.length > 0) {
    const visits = [...partBoxes(sides, longest)].flatMap((part) => visitsOf(part, sides, open));
    const boxes = visits.map(({ box }) => moved(box, margin));
    for (const { source } of [prediction, target]) source?.expect?.(boxes);
    for (const [i, { measures: some }] of visits.entries()) {
      const [predicted, wanted] = [
        await readRegion(prediction, boxes[i], signal),
        await readRegion(target, boxes[i], signal),
      ];
      for (const measure of some) measure.add(predicted, wanted);
    }
    open = open.filter((measure) => measure.again?.() ?? false);
  }
  return measures.map((measure) => measure.result());
}

interface Visit {
  box: Box;
  measures: PartMeasure[];
}

/** What is read for a part: the part itself, once for all that take it, and it with what windows cover. */
function visitsOf(part: Box, sides: readonly number[], measures: readonly PartMeasure[]): Visit[] {
  const visits = new Map<string, Visit>();
  for (const measure of measures) {
    const box = underWindow(part, sides, measure.window?.(sides));
    if (!box) continue;
    const key = `${box.size}`;
    const visit = visits.get(key) ?? { box, measures: [] };
    visit.measures.push(measure);
    visits.set(key, visit);
  }
  return [...visits.values()];
}

/** Undefined where no window starts in the part. */
function underWindow(part: Box, sides: readonly number[], window: readonly number[] | undefined): Box | undefined {
  if (!window) return part;
  const size = part.start.map((first, axis) => {
    const last = Math.min(first + part.size[axis], sides[axis] - window[axis] + 1);
    return last > first ? last - first + window[axis] - 1 : 0;
  });
  return size.every((side) => side > 0) ? { start: part.start, size } : undefined;
}

function moved({ start, size }: Box, by: readonly number[]): Box {
  return { start: start.map((first, axis) => first + by[axis]), size };
}
