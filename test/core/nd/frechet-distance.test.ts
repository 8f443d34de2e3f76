import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frechetDistance } from '../../../core/nd/frechet-distance.js';

const { frechet, frechetOfFew } = JSON.parse(
  readFileSync(new URL('../../fixtures/perceptual/golden.json', import.meta.url), 'utf8'),
);

test('equals the formula with covariances and a matrix root of SciPy', () => {
  expect(frechetDistance(frechet.a, frechet.b)).toBeCloseTo(frechet.distance, 6);
  // Longer vectors than there are: covariances have no full rank.
  expect(frechetDistance(frechetOfFew.a, frechetOfFew.b)).toBeCloseTo(frechetOfFew.distance, 4);
});

test('is symmetric, at least 0, and 0 for equal sets', () => {
  const vectors = fc.array(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 3, maxLength: 3 }), {
    minLength: 2,
    maxLength: 6,
  });
  fc.assert(
    fc.property(vectors, vectors, (a, b) => {
      const distance = frechetDistance(a, b);
      expect(distance).toBeGreaterThanOrEqual(0);
      expect(frechetDistance(b, a)).toBeCloseTo(distance, 4);
      expect(frechetDistance(a, [...a].reverse())).toBeCloseTo(0, 4);
    }),
  );
});

test('of sets with equal spread it is the squared distance of their means', () => {
  const a = [
    [0, 0],
    [2, 0],
    [0, 2],
  ];
  expect(
    frechetDistance(
      a,
      a.map(([x, y]) => [x + 3, y + 4]),
    ),
  ).toBeCloseTo(25, 6);
  expect(() => frechetDistance(a, [[1, 1]])).toThrow('two samples of each or more, came 3 and 1');
});
