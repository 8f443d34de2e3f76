import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { labelOverlaps } from '../../../core/nd/label-overlap.js';
import { countMatches, matchObjects, matchStatistics } from '../../../core/nd/matching.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.matching)(
  '$truth against $prediction at $threshold: statistics of the full matrix',
  ({ truth, prediction, threshold, statistics }) => {
    const overlaps = labelOverlaps(golden(truth), golden(prediction));
    const found = matchStatistics(countMatches(overlaps, matchObjects(overlaps, threshold)));
    for (const [name, value] of Object.entries(statistics))
      expect(found[name as keyof typeof found], name).toBeCloseTo(value, 9);
  },
);

test('as many pairs as can be are made, not the best ones first', () => {
  // Objects of 10 pixels: 1 shares 6 with A and 4 with B, 2 shares 4 with A.
  const truth = image(Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2), [1, 20, 1]);
  const prediction = image(Uint8Array.of(5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0), [1, 20, 1]);
  const overlaps = labelOverlaps(truth, prediction);
  expect(overlaps.pairs.map(({ iou }) => iou)).toEqual([6 / 14, 4 / 10, 4 / 16]);
  const named = (threshold: number) =>
    matchObjects(overlaps, threshold).map((pair) => [
      overlaps.truth.ids[pair.truth],
      overlaps.prediction.ids[pair.prediction],
    ]);
  expect(named(0.2)).toEqual([
    [1, 5],
    [2, 4],
  ]);
  expect(named(0.42)).toEqual([[1, 4]]);
});

test('images of different sides are refused', () => {
  const [a, b] = [image(new Uint8Array(4), [2, 2, 1]), image(new Uint8Array(4), [1, 4, 1])];
  expect(() => labelOverlaps(a, b)).toThrow('the prediction has 1×4 pixels, the truth 2×2');
});
