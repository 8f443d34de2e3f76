/** Statistics of objects found, missed and made up, as StarDist's `matching` and BiaPy's `TEST.MATCHING_STATS`. */

import { assign } from './assignment.js';
import type { LabelOverlaps, Overlap } from './label-overlap.js';

/** Objects counted, from which all statistics follow. */
export interface MatchCounts {
  /** Objects of the truth, and of the prediction. */
  readonly truths: number;
  readonly predictions: number;
  /** Pairs of a truth and a prediction. */
  readonly matches: number;
  /** Sum of the pairs' intersections over unions. */
  readonly iou: number;
}

/** Values from 0 to 1, and counts. */
export interface MatchStatistics {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly precision: number;
  readonly recall: number;
  readonly accuracy: number;
  readonly f1: number;
  readonly mean_matched_score: number;
  readonly mean_true_score: number;
  readonly panoptic_quality: number;
}

/** Names of all statistics. */
export const matchStatisticNames: readonly (keyof MatchStatistics)[] = [
  ...(['tp', 'fp', 'fn', 'precision', 'recall', 'accuracy', 'f1'] as const),
  ...(['mean_matched_score', 'mean_true_score', 'panoptic_quality'] as const),
];

/**
 * Pairs each object with at most one other, so that as many pairs as can be reach the threshold and these overlap most: the
 * assignment of least cost `−[IoU ≥ t] − IoU / (2 min(truths, predictions))`, without the pairs below the threshold.
 *
 * Above a half no two pairs compete. Below, objects without a chain of overlaps between them do not, so each group that hangs
 * together is solved on its own.
 *
 * @param threshold intersection over union from 0 to 1.
 */
export function matchObjects({ truth, prediction, pairs }: LabelOverlaps, threshold: number): Overlap[] {
  const reaches = ({ iou }: Overlap) => iou >= threshold;
  if (threshold > 0.5) return pairs.filter(reaches);
  const weight = 1 / (2 * Math.min(truth.ids.length, prediction.ids.length));
  return groupsOf(pairs, truth.ids.length)
    .filter((group) => group.some(reaches))
    .flatMap((group) => (group.length === 1 ? group : solve(group, threshold, weight)))
    .filter(reaches)
    .sort((a, b) => a.truth - b.truth);
}

/** Pairs that hang together by a common object. */
function groupsOf(pairs: readonly Overlap[], truths: number): Overlap[][] {
  const leaders = new Map<number, number>();
  const leaderOf = (node: number): number => {
    let at = node;
    for (let up = leaders.get(at) ?? at; up !== at; up = leaders.get(at) ?? at) at = up;
    leaders.set(node, at);
    return at;
  };
  for (const { truth, prediction } of pairs) leaders.set(leaderOf(truth), leaderOf(truths + prediction));
  const groups = new Map<number, Overlap[]>();
  for (const pair of pairs) {
    const leader = leaderOf(pair.truth);
    const group = groups.get(leader);
    if (group) group.push(pair);
    else groups.set(leader, [pair]);
  }
  return [...groups.values()];
}

function solve(group: readonly Overlap[], threshold: number, weight: number): Overlap[] {
  const rows = placesOf(group.map(({ truth }) => truth));
  const columns = placesOf(group.map(({ prediction }) => prediction));
  const costs = new Float64Array(rows.size * columns.size);
  const placed = new Map<number, Overlap>();
  for (const pair of group) {
    const at = rows.get(pair.truth)! * columns.size + columns.get(pair.prediction)!;
    costs[at] = -Number(pair.iou >= threshold) - pair.iou * weight;
    placed.set(at, pair);
  }
  return [...assign(costs, rows.size, columns.size)].flatMap((column, row) => {
    const pair = column < 0 ? undefined : placed.get(row * columns.size + column);
    return pair ? [pair] : [];
  });
}

function placesOf(objects: readonly number[]): Map<number, number> {
  return new Map([...new Set(objects)].map((object, place) => [object, place]));
}

/** Counts the pairs of one image. */
export function countMatches({ truth, prediction }: LabelOverlaps, matches: readonly Overlap[]): MatchCounts {
  return {
    truths: truth.ids.length,
    predictions: prediction.ids.length,
    matches: matches.length,
    iou: matches.reduce((sum, { iou }) => sum + iou, 0),
  };
}

/** Statistics of counts, which may be sums over images; all values are 0 where nothing matches. */
export function matchStatistics({ truths, predictions, matches: tp, iou }: MatchCounts): MatchStatistics {
  const fp = predictions - tp;
  const fn = truths - tp;
  const share = (part: number, whole: number) => (tp > 0 ? part / whole : 0);
  return {
    tp,
    fp,
    fn,
    precision: share(tp, tp + fp),
    recall: share(tp, tp + fn),
    accuracy: share(tp, tp + fp + fn),
    f1: share(2 * tp, 2 * tp + fp + fn),
    mean_matched_score: share(iou, tp),
    mean_true_score: share(iou, truths),
    panoptic_quality: share(iou, tp + fp / 2 + fn / 2),
  };
}
