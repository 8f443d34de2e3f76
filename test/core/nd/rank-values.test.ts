import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rankValues } from '../../../core/nd/rank-values.js';

test('ranks follow the order of the values, equal for equal ones', () => {
  const some = fc.oneof(
    fc.double(),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(0, -0, Infinity, -Infinity, 5e-324),
  );
  fc.assert(
    fc.property(fc.array(some), (numbers) => {
      const values = Float64Array.from(numbers);
      const distinct = [...new Set(Float64Array.from(values).sort())];
      const { ranks, count } = rankValues(values);
      expect(count).toBe(distinct.length);
      expect([...ranks]).toEqual(
        numbers.map((value) => distinct.findIndex((other) => Object.is(other + 0, value + 0))),
      );
    }),
  );
});

test('of numbers in single precision, too', () => {
  const values = Float64Array.from([0.1, -2.5, 3e7, 0.1, -2.25].map(Math.fround));
  expect([...rankValues(values).ranks]).toEqual([2, 0, 3, 2, 1]);
});
