/** Where the objects of a label image lie, and their moments up to the second. */

import type { Image } from '../image/image.js';
import { rankLabels } from './relabel-sequential.js';
import { volumeOf } from './volume.js';

/** One object. Axes are `[z, y, x]`, or `[y, x]` of a flat image. */
export interface Region {
  readonly label: number;
  /** Pixels. */
  readonly count: number;
  /** First pixel of the bounding box, and the one behind its last. */
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** Mean of the pixels' positions. */
  readonly centroid: readonly number[];
  /** Covariance (of the population) of the positions, a row for each axis. */
  readonly covariance: readonly (readonly number[])[];
}

/** Sums for each object: pixels, positions, and products of positions. */
const SUMS = 10;

/**
 * The objects in the first channel of `[[z,] y, x, c]`, by ascending label. Rows are taken as runs of one label.
 *
 * @throws RangeError for values that are no labels.
 */
export function findRegions(labels: Image): Region[] {
  const { values, depth, height, width, axes } = volumeOf(labels);
  const { ids, rankOf } = rankLabels(values);
  const sums = new Float64Array((ids.length + 1) * SUMS);
  const boxes = new Int32Array((ids.length + 1) * 6);
  for (let k = 0; k <= ids.length; k++) boxes.set([depth, height, width, -1, -1, -1], 6 * k);
  for (let z = 0, row = 0; z < depth; z++)
    for (let y = 0; y < height; y++, row += width)
      for (let x = 0; x < width; ) {
        const label = values[row + x];
        const first = x++;
        while (x < width && values[row + x] === label) x++;
        if (label !== 0) addRun(rankOf(label), z, y, first, x, sums, boxes);
      }
  const kept = axes === 3 ? [0, 1, 2] : [1, 2];
  return ids.map((label, i) => {
    const [count, ...rest] = sums.subarray((i + 1) * SUMS, (i + 2) * SUMS);
    const box = boxes.subarray(6 * (i + 1), 6 * (i + 2));
    const mean = [rest[0] / count, rest[1] / count, rest[2] / count];
    const squares = [
      [rest[3], rest[6], rest[7]],
      [rest[6], rest[4], rest[8]],
      [rest[7], rest[8], rest[5]],
    ];
    return {
      label,
      count,
      start: kept.map((axis) => box[axis]),
      end: kept.map((axis) => box[3 + axis] + 1),
      centroid: kept.map((axis) => mean[axis]),
      covariance: kept.map((a) => kept.map((b) => squares[a][b] / count - mean[a] * mean[b])),
    };
  });
}

function addRun(
  rank: number,
  z: number,
  y: number,
  first: number,
  end: number,
  sums: Float64Array,
  boxes: Int32Array,
): void {
  const count = end - first;
  const last = end - 1;
  const sumX = ((first + last) * count) / 2;
  const at = rank * SUMS;
  sums[at] += count;
  sums[at + 1] += z * count;
  sums[at + 2] += y * count;
  sums[at + 3] += sumX;
  sums[at + 4] += z * z * count;
  sums[at + 5] += y * y * count;
  sums[at + 6] += sumOfSquares(last) - sumOfSquares(first - 1);
  sums[at + 7] += z * y * count;
  sums[at + 8] += z * sumX;
  sums[at + 9] += y * sumX;
  const box = 6 * rank;
  if (z < boxes[box]) boxes[box] = z;
  if (y < boxes[box + 1]) boxes[box + 1] = y;
  if (first < boxes[box + 2]) boxes[box + 2] = first;
  if (z > boxes[box + 3]) boxes[box + 3] = z;
  if (y > boxes[box + 4]) boxes[box + 4] = y;
  if (last > boxes[box + 5]) boxes[box + 5] = last;
}

/** 1² + 2² + … + n². */
function sumOfSquares(n: number): number {
  return (n * (n + 1) * (2 * n + 1)) / 6;
}
