import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentiles, select } from '../../../core/nd/percentile.js';
import { golden } from '../../fixtures/image/load.js';

test('agrees with numpy', () => {
  const found = percentiles(Float64Array.from(golden.base.values), golden.percentiles.q);
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(golden.percentiles.values[i], 14);
  });
});

test('selects by rank, also among many equal values', () => {
  const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(values, fc.nat(), (list, pick) => {
      const k = pick % list.length;
      expect(select(Int16Array.from(list), k)).toBe([...list].sort((x, y) => x - y)[k]);
    }),
  );
});

test('histograms of small integers and selection of the same numbers agree, for any channel', () => {
  const values = fc.array(fc.nat(255), { minLength: 3, maxLength: 90 });
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 3 }),
      fc.nat(2),
      fc.double({ min: 0, max: 100, noNaN: true }),
      (list, step, pick, q) => {
        const first = pick % step;
        const counted = percentiles(Uint8Array.from(list), [q], first, step);
        expect(percentiles(Float64Array.from(list), [q], first, step)).toEqual(counted);
      },
    ),
  );
});

test('the input stays as it was, and impossible questions are refused', () => {
  const values = Float32Array.of(3, 1, 2);
  percentiles(values, [50]);
  expect(Array.from(values)).toEqual([3, 1, 2]);
  expect(() => percentiles(values, [101])).toThrow(/101/);
  expect(() => percentiles(new Float32Array(0), [50])).toThrow(/no values/);
});
