/** Points of objects on their way through a graph: they travel among the facts of a sample. */
import { DataError } from '../errors.js';
import type { PointMatch } from '../nd/match-points.js';
import type { Points } from './points.js';
import type { Sample } from './sample.js';

/** Points that were found in an image. */
export interface FoundPoints extends Points {
  /** One for each point, counted from 1; a point keeps its number when others are dropped. */
  ids: number[];
  /** What the network gives at each point. */
  probabilities: number[];
}

/** Found points against annotated ones, as positions in both lists. */
export interface MatchedPoints extends PointMatch {
  found: FoundPoints;
  annotated: Points;
  /** Positions of the points that count: those inside the margins that are left out of the evaluation. */
  countedFound: readonly number[];
  countedAnnotated: readonly number[];
}

/** Names under which points lie among the facts. */
export const FOUND = 'foundPoints';
export const ANNOTATED = 'annotatedPoints';
export const MATCHED = 'matchedPoints';

/**
 * @param node the node that wants them, for the error.
 * @throws DataError where no node before has found points.
 */
export function foundPointsOf(sample: Sample, node: string): FoundPoints {
  const found = sample.facts[FOUND] as FoundPoints | undefined;
  if (found) return found;
  throw new DataError(
    `${sample.file || sample.id}: node '${node}' takes points, but no node before it has found any. Put it after postprocessor/find-points.`,
    { where: { ...(sample.file && { file: sample.file }), node } },
  );
}

/** The points at some positions. */
export function selectPoints(found: FoundPoints, positions: readonly number[]): FoundPoints {
  return {
    coordinates: positions.map((i) => found.coordinates[i]),
    probabilities: positions.map((i) => found.probabilities[i]),
    ids: positions.map((i) => found.ids[i]),
    ...(found.classes && { classes: positions.map((i) => found.classes![i]) }),
  };
}
