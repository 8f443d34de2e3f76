import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assign } from '../../../core/nd/assignment.js';
import { cases } from '../../fixtures/regions/load.js';

function total(costs: ArrayLike<number>, columns: number, found: Int32Array): number {
  return found.reduce((sum, column, row) => sum + (column < 0 ? 0 : costs[row * columns + column]), 0);
}

test.each(cases.assignment)(
  '$rows × $columns costs as much as with scipy',
  ({ rows, columns, costs, total: least }) => {
    const found = assign(Float64Array.from(costs), rows, columns);
    const used = [...found].filter((column) => column >= 0);
    expect(new Set(used).size).toBe(Math.min(rows, columns));
    expect(total(costs, columns, found)).toBeCloseTo(least, 9);
  },
);

test('no other pairing is cheaper', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 20, maxLength: 20 }), (costs) => {
      const found = assign(Float64Array.from(costs), 4, 5);
      let least = Infinity;
      const place = (row: number, used: number[], sum: number) => {
        if (row === 4) least = Math.min(least, sum);
        else for (let c = 0; c < 5; c++) if (!used.includes(c)) place(row + 1, [...used, c], sum + costs[row * 5 + c]);
      };
      place(0, [], 0);
      expect(total(costs, 5, found)).toBe(least);
    }),
    { numRuns: 50 },
  );
});

test('no rows give no pairs, and bad costs are refused', () => {
  expect([...assign(new Float64Array(0), 0, 3)]).toEqual([]);
  expect([...assign(new Float64Array(0), 2, 0)]).toEqual([-1, -1]);
  expect(() => assign(new Float64Array(3), 2, 2)).toThrow('3 costs do not fill a matrix of 2 × 2');
  expect(() => assign(Float64Array.of(Number.NaN), 1, 1)).toThrow('must be finite');
});
