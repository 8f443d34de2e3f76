import { describe, expect, test } from 'vitest';
import { splitFold, splitTrainValidation } from '../../../core/image/split.js';
import { golden } from '../../fixtures/image/load.js';

interface SplitCase {
  count: number;
  fraction: number;
  seed: number;
  shuffle: boolean;
  train: number[];
  validation: number[];
}
interface FoldCase {
  count: number;
  folds: number;
  seed: number;
  shuffle: boolean;
  classes: number[];
  validation: number[][];
}

test.each(golden.train_test_split as SplitCase[])(
  'train_test_split of $count by $fraction, seed $seed, shuffle $shuffle',
  ({ count, fraction, seed, shuffle, train, validation }) => {
    expect(splitTrainValidation(count, fraction, { seed, shuffle })).toEqual({ train, validation });
  },
);

test.each(golden.stratified as FoldCase[])(
  'StratifiedKFold of $count in $folds, seed $seed, shuffle $shuffle',
  ({ count, folds, seed, shuffle, classes, validation }) => {
    validation.forEach((expected, i) => {
      const split = splitFold(count, folds, i + 1, { seed, shuffle, classes });
      expect(split.validation).toEqual(expected);
      expect([...split.train, ...split.validation].sort((a, b) => a - b)).toEqual(
        Array.from({ length: count }, (_, j) => j),
      );
    });
  },
);

describe('impossible splits name the key', () => {
  test.each([
    [1, 0.5],
    [10, 0],
    [10, 1],
    [0, 0.1],
    [2, 0.9],
  ])('%d samples by %d', (count, fraction) => {
    expect(() => splitTrainValidation(count, fraction, { seed: 0 })).toThrow(/DATA\.VAL\.SPLIT_TRAIN/);
  });
  test('folds', () => {
    expect(() => splitFold(10, 5, 6, { seed: 0 })).toThrow(/fold 6 of 5/);
    expect(() => splitFold(10, 5, 0, { seed: 0 })).toThrow(/counted from 1/);
    expect(() => splitFold(3, 5, 1, { seed: 0 })).toThrow(/5 folds.*3 samples/);
  });
});
