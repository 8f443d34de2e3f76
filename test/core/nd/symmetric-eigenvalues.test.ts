import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { symmetricEigenvalues } from '../../../core/nd/symmetric-eigenvalues.js';

const { eigenvalues } = JSON.parse(
  readFileSync(new URL('../../fixtures/perceptual/golden.json', import.meta.url), 'utf8'),
);
const sorted = (values: Float64Array) => [...values].sort((a, b) => a - b);

test('equals numpy', () => {
  const found = sorted(symmetricEigenvalues(Float64Array.from(eigenvalues.matrix.flat()), 7));
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(eigenvalues.values[i], 10);
  });
});

test('keeps trace and sum of squares, whatever the matrix', () => {
  const matrix = fc.integer({ min: 0, max: 9 }).chain((n) =>
    fc
      .array(fc.oneof(fc.constant(0), fc.double({ min: -100, max: 100, noNaN: true })), {
        minLength: n * n,
        maxLength: n * n,
      })
      .map((values) => ({
        n,
        values: Float64Array.from(values, (_, i) => values[i] + values[(i % n) * n + Math.floor(i / n)]),
      })),
  );
  fc.assert(
    fc.property(matrix, ({ n, values }) => {
      const trace = Array.from({ length: n }, (_, i) => values[i * n + i]).reduce((a, b) => a + b, 0);
      const squares = values.reduce((sum, value) => sum + value * value, 0);
      const found = symmetricEigenvalues(values.slice(), n);
      expect(found.reduce((a, b) => a + b, 0)).toBeCloseTo(trace, 6);
      expect(found.reduce((a, b) => a + b * b, 0) / Math.max(squares, 1)).toBeCloseTo(
        squares / Math.max(squares, 1),
        6,
      );
    }),
  );
});

test('a diagonal matrix has its diagonal', () => {
  expect(sorted(symmetricEigenvalues(Float64Array.of(3, 0, 0, 0, 1, 0, 0, 0, 2), 3))).toEqual([1, 2, 3]);
});
