/** Predicted objects paired with annotated ones, on their way through a graph among the facts of a sample. */

import type { Sample } from '../image/sample.js';
import type { LabelOverlaps, Overlap } from '../nd/label-overlap.js';

export interface MatchedObjects {
  readonly overlaps: LabelOverlaps;
  /** Pairs for each threshold of the intersection over union. */
  readonly pairs: ReadonlyMap<number, readonly Overlap[]>;
}

/** Name under which they lie among the facts. */
export const MATCHED_OBJECTS = 'matchedObjects';

/** Pairs of a sample, where a node has found some. */
export function matchedObjectsOf({ facts }: Sample): MatchedObjects | undefined {
  return facts[MATCHED_OBJECTS] as MatchedObjects | undefined;
}

/** Labels of objects, by what became of them at a threshold. */
export interface TaggedObjects {
  /** Annotated label → predicted label and their intersection over union. */
  readonly hits: ReadonlyMap<number, { readonly prediction: number; readonly iou: number }>;
  /** Predicted labels that have a partner. */
  readonly right: ReadonlySet<number>;
}

/** @throws RangeError for a threshold that was not measured. */
export function tagObjects({ overlaps, pairs }: MatchedObjects, threshold: number): TaggedObjects {
  const found = pairs.get(threshold);
  if (!found)
    throw new RangeError(
      `objects were compared at ${[...pairs.keys()].join(', ')}, not at a threshold of ${threshold}`,
    );
  const { truth, prediction } = overlaps;
  return {
    hits: new Map(
      found.map((pair) => [truth.ids[pair.truth], { prediction: prediction.ids[pair.prediction], iou: pair.iou }]),
    ),
    right: new Set(found.map((pair) => prediction.ids[pair.prediction])),
  };
}
