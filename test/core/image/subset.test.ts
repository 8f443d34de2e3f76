import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../core/errors.js';
import { splitFold, splitTrainValidation } from '../../../core/image/split.js';
import { chooseSubset, type Subset } from '../../../core/image/subset.js';

const items = Array.from({ length: 17 }, (_, i) => `slice ${i}`);

describe('a subset', () => {
  test('is the side of the split that it names', () => {
    const held = splitTrainValidation(17, 0.1, { seed: 3 }).validation.map((i) => items[i]);
    expect(chooseSubset(items, { part: 'validation', fraction: 0.1, shuffle: true, seed: 3 })).toEqual(held);
    const fold = splitFold(17, 5, 2, { seed: 3, shuffle: false }).train.map((i) => items[i]);
    expect(chooseSubset(items, { part: 'train', folds: 5, fold: 2, shuffle: false, seed: 3 })).toEqual(fold);
  });

  test('and its other side share nothing and are all items, in their order', () => {
    const how = fc.record({
      seed: fc.nat(1000),
      shuffle: fc.boolean(),
      fraction: fc.double({ min: 0.05, max: 0.9, noNaN: true }),
    });
    fc.assert(
      fc.property(how, (settings) => {
        const [train, validation] = (['train', 'validation'] as const).map((part) =>
          chooseSubset(items, { ...settings, part }),
        );
        expect(items.filter((item) => train.includes(item) !== validation.includes(item))).toEqual(items);
        expect(train).toEqual(items.filter((item) => train.includes(item)));
      }),
    );
  });

  test('needs to know how to divide', () => {
    const subset: Subset = { part: 'train', shuffle: true, seed: 0 };
    expect(() => chooseSubset(items, subset)).toThrow(DataError);
  });
});
