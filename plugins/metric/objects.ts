/**
 * Measures objects against annotated ones (TEST.MATCHING_STATS).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { productOf } from '../../core/image/sample.js';
import { labelOverlaps } from '../../core/nd/label-overlap.js';
import { countMatches, matchObjects, matchStatistics } from '../../core/nd/matching.js';
import { defineNode } from '../../core/plugin/define.js';

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
      product: Type.String({ default: 'labels', description: 'Labels to measure.' }),
      truth: Type.String({ default: 'truth', description: 'Labels to compare with; the target where there is none.' }),
      variant: Type.Enum(['per image', 'post-processing'] as const, { default: 'per image' }),
    },
    { additionalProperties: false },
  ),
  create:
    ({ thresholds, product, truth, variant }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const wanted = sample.products[truth] ?? sample.target;
          if (!wanted) return sample;
          const overlaps = labelOverlaps(wanted, productOf(sample, product, place.name));
          const values = thresholds.flatMap((threshold) => {
            const counts = countMatches(overlaps, matchObjects(overlaps, threshold));
            return Object.entries(matchStatistics(counts)).map(([name, value]) => [
              `${name} (IoU ${threshold}) (${variant})`,
              value,
            ]);
          });
          return { ...sample, metrics: { ...sample.metrics, ...Object.fromEntries(values) } };
        }),
      ),
});
