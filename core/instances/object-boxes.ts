/** Where the objects of a label volume lie, gathered part by part. */
import { type Box, type Image, spatialShape } from '../image/image.js';
import { partBoxes } from '../image/parts.js';

/** First and last pixel along each axis. */
interface Extent {
  low: number[];
  high: number[];
}

export class ObjectBoxes {
  private readonly extents = new Map<number, Extent>();

  /** Takes in the labels, in the first channel, of the part that starts at a place. */
  add({ data, shape }: Image, start: readonly number[]): void {
    const axes = shape.length - 1;
    const channels = shape[axes];
    const place = [...start];
    let previous = 0;
    let extent: Extent | undefined;
    for (let at = 0; at < data.length; at += channels) {
      const label = data[at];
      if (label !== 0) {
        if (label !== previous || !extent) {
          extent = this.extents.get(label);
          if (!extent) {
            extent = { low: [...place], high: [...place] };
            this.extents.set(label, extent);
          }
        }
        previous = label;
        for (let axis = 0; axis < axes; axis++) {
          if (place[axis] < extent.low[axis]) extent.low[axis] = place[axis];
          if (place[axis] > extent.high[axis]) extent.high[axis] = place[axis];
        }
      }
      for (let axis = axes - 1; axis >= 0; axis--) {
        if (++place[axis] < start[axis] + shape[axis]) break;
        place[axis] = start[axis];
      }
    }
  }

  /** The smallest box that holds a box and all objects whose own boxes meet it, and `margin` pixels more, inside of `sides`. */
  around({ start, size }: Box, margin: number, sides: readonly number[]): Box {
    const low = [...start];
    const high = start.map((first, axis) => first + size[axis] - 1);
    for (const each of this.extents.values()) {
      if (start.some((first, axis) => each.high[axis] < first || each.low[axis] > first + size[axis] - 1)) continue;
      for (const axis of low.keys()) {
        low[axis] = Math.min(low[axis], each.low[axis]);
        high[axis] = Math.max(high[axis], each.high[axis]);
      }
    }
    const first = low.map((at) => Math.max(at - margin, 0));
    return {
      start: first,
      size: high.map((at, axis) => Math.min(at + margin + 1, sides[axis]) - first[axis]),
    };
  }
}

/** The boxes of the objects of a deferred label volume, which is read once. */
export async function findObjectBoxes(labels: Image, signal?: AbortSignal): Promise<ObjectBoxes> {
  const found = new ObjectBoxes();
  const boxes = [...partBoxes(spatialShape(labels))];
  labels.source?.expect?.(boxes);
  for (const box of boxes) found.add(await labels.source!.read(box, signal), box.start);
  return found;
}
