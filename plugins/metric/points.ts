/**
 * Measures detected points against annotated ones.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import {
  ANNOTATED,
  type FoundPoints,
  foundPointsOf,
  MATCHED,
  type MatchedPoints,
} from '../../core/image/found-points.js';
import { spatialShape } from '../../core/image/image.js';
import type { Points } from '../../core/image/points.js';
import { voxelSizeOf } from '../../core/image/voxel-size.js';
import { METRIC_VARIANTS } from '../../core/job/events.js';
import { classScores, matchPoints, pointScores } from '../../core/nd/match-points.js';
import { defineNode } from '../../core/plugin/define.js';

export const measurePoints = defineNode({
  id: 'metric/points',
  role: 'metric',
  summary: 'Pairs detected with annotated points; counts, precision, recall and F1, of the classes too.',
  inputs: { main: ['points'] },
  output: 'same',
  parameters: Type.Object(
    {
      tolerance: Type.Number({ exclusiveMinimum: 0, default: 10, description: 'A pair nearer than this is a hit.' }),
      spacing: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
        default: [],
        description: 'Length of a pixel, [y, x] or [z, y, x]; empty for ones. The tolerance is in its unit.',
      }),
      border: Type.Array(Type.Integer({ minimum: 0 }), {
        default: [],
        description: 'Pixels at both ends of each axis whose points are left out (TEST.EVAL_BORDER_CROP).',
      }),
      variant: Type.Enum(METRIC_VARIANTS, { default: 'per image' }),
    },
    { additionalProperties: false },
  ),
  create:
    ({ tolerance, spacing, border, variant }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const annotated = sample.facts[ANNOTATED] as Points | undefined;
          if (!annotated) return sample;
          const found = foundPointsOf(sample, place.name);
          const shape = spatialShape(sample.image);
          const lengths = voxelSizeOf(sample, spacing);
          const matched = comparePoints(found, annotated, { tolerance, spacing: lengths, border, shape });
          const named = Object.entries(scoresOf(matched)).map(([name, value]) => [`${name} (${variant})`, value]);
          return {
            ...sample,
            facts: { ...sample.facts, [MATCHED]: matched },
            metrics: { ...sample.metrics, ...Object.fromEntries(named) },
          };
        }),
      ),
});

interface Comparison {
  tolerance: number;
  spacing: readonly number[];
  border: readonly number[];
  /** Sides of the image. */
  shape: readonly number[];
}

/** Pairs the points that lie inside the margins; the rest counts neither way. */
export function comparePoints(
  found: FoundPoints,
  annotated: Points,
  { tolerance, spacing, border, shape }: Comparison,
): MatchedPoints {
  const inside = ({ coordinates }: Points) =>
    [...coordinates.keys()].filter((i) =>
      coordinates[i].every((at, axis) => at >= (border[axis] ?? 0) && at < shape[axis] - (border[axis] ?? 0)),
    );
  const [countedFound, countedAnnotated] = [inside(found), inside(annotated)];
  const { pairs } = matchPoints(
    countedFound.map((i) => found.coordinates[i]),
    countedAnnotated.map((i) => annotated.coordinates[i]),
    { tolerance, spacing },
  );
  return {
    found,
    annotated,
    countedFound,
    countedAnnotated,
    pairs: pairs.map(({ predicted, wanted, distance }) => ({
      predicted: countedFound[predicted],
      wanted: countedAnnotated[wanted],
      distance,
    })),
  };
}

/** Values by the names that BiaPy prints. */
export function scoresOf({
  found,
  annotated,
  countedFound,
  countedAnnotated,
  pairs,
}: MatchedPoints): Record<string, number> {
  const hits = pairs.length;
  const scores = pointScores(hits, countedFound.length - hits, countedAnnotated.length - hits);
  const values = {
    Precision: scores.precision,
    Recall: scores.recall,
    F1: scores.f1,
    TP: scores.truePositives,
    FP: scores.falsePositives,
    FN: scores.falseNegatives,
  };
  if (!found.classes || !annotated.classes) return values;
  const classes = classScores(
    pairs.map(({ predicted, wanted }) => ({
      predicted: found.classes![predicted],
      wanted: annotated.classes![wanted],
    })),
  );
  return {
    ...values,
    'Precision (class)': classes.precision,
    'Recall (class)': classes.recall,
    'F1 (class)': classes.f1,
  };
}
