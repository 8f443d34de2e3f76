/** How much the objects of two label images overlap. */

import type { Image } from '../image/image.js';
import { rankLabels } from './relabel-sequential.js';
import { volumeOf } from './volume.js';

/** Pixels that an object of the truth and one of the prediction share. */
export interface Overlap {
  /** Places in `truth` and `prediction`. */
  readonly truth: number;
  readonly prediction: number;
  readonly count: number;
  /** Shared pixels by those of both together. */
  readonly iou: number;
}

export interface LabelOverlaps {
  /** Labels, ascending, and their pixels. */
  readonly truth: { readonly ids: readonly number[]; readonly counts: Float64Array };
  readonly prediction: { readonly ids: readonly number[]; readonly counts: Float64Array };
  /** Pairs that share a pixel, by truth, then prediction. */
  readonly pairs: readonly Overlap[];
}

/**
 * Overlaps of the objects in the first channels of two images `[[z,] y, x, c]`, background 0.
 *
 * @throws RangeError for other sides, or values that are no labels.
 */
export function labelOverlaps(truth: Image, prediction: Image): LabelOverlaps {
  const [ours, theirs] = [truth, prediction].map((labels) => labels.shape.slice(0, -1).join('×'));
  if (ours !== theirs)
    throw new RangeError(`the prediction has ${theirs} pixels, the truth ${ours}: they must be of the same image`);
  const a = volumeOf(truth).values;
  const b = volumeOf(prediction).values;
  const [ranksA, ranksB] = [rankLabels(a), rankLabels(b)];
  const counts = [new Float64Array(ranksA.ids.length + 1), new Float64Array(ranksB.ids.length + 1)];
  const columns = ranksB.ids.length + 1;
  const shared = new Map<number, number>();
  // Runs in which both labels stay the same are counted at once.
  for (let at = 0; at < a.length; ) {
    const [own, other] = [a[at], b[at]];
    const first = at++;
    while (at < a.length && a[at] === own && b[at] === other) at++;
    if (own === 0 && other === 0) continue;
    const [i, j] = [ranksA.rankOf(own), ranksB.rankOf(other)];
    counts[0][i] += at - first;
    counts[1][j] += at - first;
    if (i > 0 && j > 0) {
      const key = i * columns + j;
      shared.set(key, (shared.get(key) ?? 0) + at - first);
    }
  }
  const pairs = [...shared]
    .sort(([one], [other]) => one - other)
    .map(([key, count]) => {
      const [i, j] = [Math.floor(key / columns), key % columns];
      return { truth: i - 1, prediction: j - 1, count, iou: count / (counts[0][i] + counts[1][j] - count) };
    });
  return {
    truth: { ids: ranksA.ids, counts: counts[0].slice(1) },
    prediction: { ids: ranksB.ids, counts: counts[1].slice(1) },
    pairs,
  };
}
