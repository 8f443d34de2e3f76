/** The class of each object, by the classes of its pixels. */

import { allocate, channelCount, type Image, image } from '../image/image.js';
import { rankLabels } from '../nd/relabel-sequential.js';
import { volumeOf } from '../nd/volume.js';

/**
 * The most frequent class of each object that is not the background 0; the smallest of equally frequent ones, 1 where all of its
 * pixels are background (BiaPy).
 *
 * @param labels first channel of `[[z,] y, x, c]`.
 * @param classes class ids of the same sides, in the last channel.
 * @returns class ids by label.
 */
export function classesOfObjects(labels: Image, classes: Image): Map<number, number> {
  const { values } = volumeOf(labels);
  const { ids, rankOf } = rankLabels(values);
  const step = channelCount(classes);
  const votes = ids.map(() => new Map<number, number>());
  for (let at = 0; at < values.length; at++) {
    if (values[at] === 0) continue;
    const id = classes.data[at * step + step - 1];
    if (id === 0) continue;
    const own = votes[rankOf(values[at]) - 1];
    own.set(id, (own.get(id) ?? 0) + 1);
  }
  return new Map(ids.map((label, i) => [label, mostFrequent(votes[i])]));
}

function mostFrequent(votes: ReadonlyMap<number, number>): number {
  return [...votes].sort(([a, m], [b, n]) => n - m || a - b)[0]?.[0] ?? 1;
}

/** Labels and, in a second channel, the class of each object: BiaPy's `[labels, class]`; of the type of the labels. */
export function withClasses(labels: Image, classOf: ReadonlyMap<number, number>): Image {
  const { values } = volumeOf(labels);
  const both = allocate(labels.dtype, 2 * values.length);
  for (let at = 0; at < values.length; at++) {
    both[2 * at] = values[at];
    if (values[at] !== 0) both[2 * at + 1] = classOf.get(values[at]) ?? 1;
  }
  return image(both, [...labels.shape.slice(0, -1), 2], labels.metadata);
}
