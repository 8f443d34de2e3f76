import { expect, test } from 'vitest';
import { classScores, matchPoints, pointScores } from '../../../core/nd/match-points.js';

test('as many hits as can be, though the nearest pair of all is given up for it', () => {
  const wanted = [
    [0, 0],
    [0, 6],
  ];
  const predicted = [
    [0, 5],
    [0, 11],
  ];
  // 5 is nearest to 6, but then 11 would be too far from 0.
  expect(matchPoints(predicted, wanted, { tolerance: 5.5 }).pairs).toEqual([
    { predicted: 0, wanted: 0, distance: 5 },
    { predicted: 1, wanted: 1, distance: 5 },
  ]);
});

test('a pair at the tolerance is no hit; distances are in units of the spacing', () => {
  const options = { tolerance: 10, spacing: [5, 1, 1] };
  expect(matchPoints([[2, 0, 0]], [[0, 0, 0]], options).pairs).toEqual([]);
  expect(matchPoints([[1, 0, 0]], [[0, 0, 0]], options).pairs).toEqual([{ predicted: 0, wanted: 0, distance: 5 }]);
});

test('nothing predicted, nothing wanted, nothing at all: zeros', () => {
  expect(matchPoints([], [[1, 1]], { tolerance: 1 }).pairs).toEqual([]);
  expect(matchPoints([[1, 1]], [], { tolerance: 1 }).pairs).toEqual([]);
  expect(pointScores(0, 0, 0)).toMatchObject({ precision: 0, recall: 0, f1: 0 });
  expect(pointScores(0, 3, 0)).toMatchObject({ precision: 0, recall: 0, f1: 0 });
});

test('precision, recall and F1', () => {
  expect(pointScores(6, 2, 4)).toMatchObject({ precision: 0.75, recall: 0.6 });
  expect(pointScores(6, 2, 4).f1).toBeCloseTo((2 * 0.75 * 0.6) / 1.35, 12);
});

test('classes are averaged whatever their number', () => {
  const pairs = [
    ...Array.from({ length: 9 }, () => ({ wanted: 1, predicted: 1 })),
    { wanted: 2, predicted: 1 },
    { wanted: 2, predicted: 2 },
  ];
  const { precision, recall, f1 } = classScores(pairs);
  expect(precision).toBeCloseTo((0.9 + 1) / 2, 12);
  expect(recall).toBeCloseTo((1 + 0.5) / 2, 12);
  expect(f1).toBeCloseTo((18 / 19 + 2 / 3) / 2, 12);
  expect(classScores([])).toEqual({ precision: 0, recall: 0, f1: 0 });
});
