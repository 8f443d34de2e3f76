/**
 * Measures objects against annotated ones (TEST.MATCHING_STATS).
 */
import { defer, map, tap } from 'rxjs';
import { Type } from 'typebox';
import { dropBorder } from '../../core/image/border-crop.js';
import { productOf } from '../../core/image/sample.js';
import { MATCHED_OBJECTS, type MatchedObjects } from '../../core/instances/matched-objects.js';
import { METRIC_VARIANTS } from '../../core/job/events.js';
import { labelOverlaps } from '../../core/nd/label-overlap.js';
import { countMatches, type MatchCounts, matchObjects, matchStatistics } from '../../core/nd/matching.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const measureObjects = defineNode({
  id: 'metric/objects',
  role: 'metric',
  summary:
    'Pairs predicted with annotated objects that overlap; precision, recall, F1, panoptic quality at each threshold.',
  inputs: { main: ['labels'] },
  output: 'same',
  parameters: Type.Object(
    {
      thresholds: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
        minItems: 1,
        default: [0.3, 0.5, 0.75],
        description: 'Intersections over unions from which two objects are one.',
      }),
      also: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
        default: [],
        description: 'Thresholds at which objects are paired for pictures, without a measure.',
      }),
      product: Type.String({ default: 'labels', description: 'Labels to measure.' }),
      truth: Type.String({ default: 'truth', description: 'Labels to compare with; the target where there is none.' }),
      border: Type.Array(Type.Integer({ minimum: 0 }), {
        default: [],
        description: 'Pixels left out at both ends of each axis (TEST.EVAL_BORDER_CROP).',
      }),
      pooled: Type.Boolean({
        default: false,
        description:
          'The overall values are those of all objects together, which metric/report is to leave alone, and no means over images.',
      }),
      variant: Type.Enum(METRIC_VARIANTS, { default: 'per image' }),
    },
    { additionalProperties: false },
  ),
  needs: { events: services.events },
  create:
    ({ thresholds, also, product, truth, border, pooled, variant }, { events }, place) =>
    ({ main }) =>
      defer(() => {
        const sums = new Map<number, MatchCounts>();
        return main.pipe(
          map((sample) => {
            const wanted = sample.products[truth] ?? sample.target;
            if (!wanted) return sample;
            const found = productOf(sample, product, place.name);
            const overlaps = labelOverlaps(dropBorder(wanted, border), dropBorder(found, border));
            const pairs = new Map([...thresholds, ...also].map((one) => [one, matchObjects(overlaps, one)]));
            const values = thresholds.flatMap((threshold) => {
              const counts = countMatches(overlaps, pairs.get(threshold)!);
              sums.set(threshold, added(sums.get(threshold), counts));
              return named(threshold, counts).map(([name, value]) => [`${name} (${variant})`, value]);
            });
            const matched: MatchedObjects = { overlaps, pairs };
            return {
              ...sample,
              facts: { ...sample.facts, [MATCHED_OBJECTS]: matched },
              metrics: { ...sample.metrics, ...Object.fromEntries(values) },
            };
          }),
          tap({
            complete: () => {
              if (!pooled) return;
              for (const [threshold, counts] of sums)
                for (const [name, value] of named(threshold, counts))
                  events.emit({ type: 'metric', level: 'overall', name, variant, value });
            },
          }),
        );
      }),
});

/** Statistics by the names that are shown, such as `f1 (IoU 0.5)`. */
function named(threshold: number, counts: MatchCounts): [name: string, value: number][] {
  return Object.entries(matchStatistics(counts)).map(([name, value]) => [`${name} (IoU ${threshold})`, value]);
}

function added(sum: MatchCounts | undefined, one: MatchCounts): MatchCounts {
  if (!sum) return one;
  return {
    truths: sum.truths + one.truths,
    predictions: sum.predictions + one.predictions,
    matches: sum.matches + one.matches,
    iou: sum.iou + one.iou,
  };
}
