import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { tagObjects } from '../../../core/instances/matched-objects.js';
import { labelOverlaps } from '../../../core/nd/label-overlap.js';
import { matchObjects } from '../../../core/nd/matching.js';

test('objects are told apart by their labels at a threshold that was measured', () => {
  const labels = (values: number[]) => image(Uint16Array.from(values), [1, values.length, 1]);
  const overlaps = labelOverlaps(labels([3, 3, 0, 9, 9, 9]), labels([0, 5, 5, 8, 8, 8]));
  const pairs = new Map([0.5, 0.3].map((threshold) => [threshold, matchObjects(overlaps, threshold)]));
  const { hits, right } = tagObjects({ overlaps, pairs }, 0.5);
  expect([...hits]).toEqual([[9, { prediction: 8, iou: 1 }]]);
  expect([...right]).toEqual([8]);
  expect(tagObjects({ overlaps, pairs }, 0.3).hits.get(3)).toEqual({ prediction: 5, iou: 1 / 3 });
  expect(() => tagObjects({ overlaps, pairs }, 0.4)).toThrow('compared at 0.5, 0.3, not at a threshold of 0.4');
});
