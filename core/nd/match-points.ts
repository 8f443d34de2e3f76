/** Detected points against annotated ones. */

import { assign } from './assignment.js';

export interface MatchOptions {
  /** A pair nearer than this, in units of `spacing`, is a hit. */
  tolerance: number;
  /** Length of a pixel along each axis; ones where left out. */
  spacing?: readonly number[];
}

export interface PointMatch {
  /** Positions in the two lists, and how far apart the points are, in the order of the annotated points. */
  readonly pairs: readonly { predicted: number; wanted: number; distance: number }[];
}

export interface PointScores {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  /** 0 where there is nothing to divide by. */
  precision: number;
  recall: number;
  f1: number;
}

/**
 * Pairs points one to one: as many hits as can be, and the nearest ones of those. The score of a pair, maximised over all
 * pairs, is BiaPy's `−[d ≥ tolerance] − d/(2n)` with n the fewer of the points.
 */
export function matchPoints(
  predicted: readonly (readonly number[])[],
  wanted: readonly (readonly number[])[],
  { tolerance, spacing }: MatchOptions,
): PointMatch {
  const [rows, columns] = [wanted.length, predicted.length];
  const n = Math.min(rows, columns);
  if (n === 0) return { pairs: [] };
  const distances = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      distances[i * columns + j] = Math.hypot(
        ...wanted[i].map((at, axis) => (at - predicted[j][axis]) * (spacing?.[axis] ?? 1)),
      );
  const costs = distances.map((distance) => Number(distance >= tolerance) + distance / (2 * n));
  const pairs: { predicted: number; wanted: number; distance: number }[] = [];
  for (const [i, j] of assign(costs, rows, columns).entries()) {
    if (j < 0 || distances[i * columns + j] >= tolerance) continue;
    pairs.push({ predicted: j, wanted: i, distance: distances[i * columns + j] });
  }
  return { pairs };
}

/** Precision, recall and their harmonic mean, from counts. */
export function pointScores(truePositives: number, falsePositives: number, falseNegatives: number): PointScores {
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
  };
}

/**
 * Mean precision, recall and F1 over the classes that occur in pairs of a wanted and a predicted class. Zeros without pairs.
 */
export function classScores(
  pairs: readonly { wanted: number; predicted: number }[],
): Pick<PointScores, 'precision' | 'recall' | 'f1'> {
  const classes = [...new Set(pairs.flatMap(({ wanted, predicted }) => [wanted, predicted]))];
  const each = classes.map((id) => {
    const hits = pairs.filter(({ wanted, predicted }) => wanted === id && predicted === id).length;
    const found = pairs.filter(({ predicted }) => predicted === id).length;
    const there = pairs.filter(({ wanted }) => wanted === id).length;
    return pointScores(hits, found - hits, there - hits);
  });
  const mean = (pick: (scores: PointScores) => number) =>
    each.length === 0 ? 0 : each.reduce((sum, scores) => sum + pick(scores), 0) / each.length;
  return { precision: mean((s) => s.precision), recall: mean((s) => s.recall), f1: mean((s) => s.f1) };
}
