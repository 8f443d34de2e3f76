/** Labels numbered without gaps. */

import { type Image, image, type PixelArray } from '../image/image.js';
import { volumeOf } from './volume.js';

/** Up to this label a table is kept of which are there. */
const LARGEST_TABLE = 2 ** 24;

/** The labels of an image and their ranks. */
export interface LabelRanks {
  /** Labels that occur, ascending, without the background 0. */
  readonly ids: readonly number[];
  /** Place of a label in `ids`, counted from 1; 0 for the background. */
  rankOf(label: number): number;
}

/** @throws RangeError for a value that is no whole number of at least 0. */
export function rankLabels(values: PixelArray): LabelRanks {
  let largest = 0;
  const whole = !(values instanceof Float32Array || values instanceof Float64Array);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value > largest) largest = value;
    if (value < 0 || (!whole && !Number.isInteger(value)))
      throw new RangeError(`labels are whole numbers from 0 on, found ${value}`);
  }
  if (largest >= LARGEST_TABLE) return rankSparse(values);
  const ranks = new Int32Array(largest + 1);
  for (let i = 0; i < values.length; i++) ranks[values[i]] = 1;
  ranks[0] = 0;
  const ids: number[] = [];
  for (let label = 1; label <= largest; label++) if (ranks[label] === 1) ranks[label] = ids.push(label);
  return { ids, rankOf: (label) => ranks[label] };
}

function rankSparse(values: PixelArray): LabelRanks {
  const found = new Set<number>();
  let last = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === last) continue;
    last = values[i];
    found.add(last);
  }
  found.delete(0);
  const ids = [...found].sort((a, b) => a - b);
  const ranks = new Map(ids.map((label, i) => [label, i + 1]));
  return { ids, rankOf: (label) => ranks.get(label) ?? 0 };
}

/**
 * Numbers the labels in the first channel of `[[z,] y, x, c]` from 1 on, in their order, as
 * `skimage.segmentation.relabel_sequential`.
 *
 * @returns uint32 `[[z,] y, x, 1]`, and for label `i + 1` of the result the former one in `ids[i]`.
 * @throws RangeError for values that are no labels.
 */
export function relabelSequential(labels: Image): { labels: Image; ids: readonly number[] } {
  const { values } = volumeOf(labels);
  const { ids, rankOf } = rankLabels(values);
  const data = new Uint32Array(values.length);
  for (let i = 0; i < data.length; i++) if (values[i] !== 0) data[i] = rankOf(values[i]);
  return { labels: image(data, [...labels.shape.slice(0, -1), 1], labels.metadata), ids };
}
