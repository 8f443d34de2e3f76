/** Centres of objects, as spatial embeddings are learned from them (EmbedSeg). */

import type { Image } from '../image/image.js';
import { rankLabels } from '../nd/relabel-sequential.js';
import { volumeOf } from '../nd/volume.js';

export interface CentreOptions {
  /** The pixel with the least sum of distances to the others, or the mean of all. Default medoid. */
  mode?: 'medoid' | 'centroid';
  /** Pixels of an object, taken at random, that its medoid is looked for among; default 10000. */
  mostPoints?: number;
}

export interface EmbeddingTarget {
  /** Numbers of objects from 1 on, in an order by chance; 0 is background. */
  readonly numbers: Float32Array;
  /** At each pixel of an object its centre, in pixels: one array for each axis, in the order x, y(, z). */
  readonly centres: readonly Float32Array[];
}

/** Objects of a patch that have a number; what is left over has none, and counts as nothing. */
export const MOST_OBJECTS = 511;

/** @param chance a number from 0 to 1, each time another. */
export function embeddingTarget(labels: Image, chance: () => number, options: CentreOptions = {}): EmbeddingTarget {
  const { mode = 'medoid', mostPoints = 10_000 } = options;
  const { values, height, width, axes } = volumeOf(labels);
  const { ids, rankOf } = rankLabels(values);
  const places: number[][] = ids.map(() => []);
  for (let at = 0; at < values.length; at++) if (values[at] !== 0) places[rankOf(values[at]) - 1].push(at);
  shuffle(places, chance);
  const numbers = new Float32Array(values.length);
  const centres = Array.from({ length: axes }, () => new Float32Array(values.length));
  for (const [i, own] of places.entries()) {
    if (i >= MOST_OBJECTS) {
      for (const at of own) numbers[at] = -1;
      continue;
    }
    const points = own.map((at) => [at % width, Math.floor(at / width) % height, Math.floor(at / (width * height))]);
    const middle = mode === 'centroid' ? centroid(points) : medoid(points, mostPoints, chance);
    for (const at of own) {
      numbers[at] = i + 1;
      for (let axis = 0; axis < axes; axis++) centres[axis][at] = middle[axis];
    }
  }
  return { numbers, centres };
}

function shuffle<Item>(items: Item[], chance: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.min(Math.floor(chance() * (i + 1)), i);
    [items[i], items[j]] = [items[j], items[i]];
  }
}

function centroid(points: readonly (readonly number[])[]): number[] {
  return [0, 1, 2].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
}

function medoid(points: readonly number[][], mostPoints: number, chance: () => number): readonly number[] {
  const chosen = [...points];
  if (points.length > mostPoints) {
    shuffle(chosen, chance);
    chosen.length = mostPoints;
  }
  let [best, least] = [chosen[0], Infinity];
  for (const [x, y, z] of chosen) {
    let sum = 0;
    for (let i = 0; i < chosen.length && sum < least; i++) {
      const other = chosen[i];
      sum += Math.sqrt((x - other[0]) ** 2 + (y - other[1]) ** 2 + (z - other[2]) ** 2);
    }
    if (sum < least) [best, least] = [[x, y, z], sum];
  }
  return best;
}
