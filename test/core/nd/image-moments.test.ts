import { expect, test } from 'vitest';
import { centroidOf, huMoments, moments, normalizedMoments, powersOf } from '../../../core/nd/image-moments.js';

test('moments are sums of powers, the last axis fastest', () => {
  const found = moments([1, 2, 0, 3], [2, 2]);
  const at = (y: number, x: number) => found[4 * y + x];
  expect([at(0, 0), at(0, 1), at(1, 0), at(1, 1), at(3, 2)]).toEqual([6, 5, 3, 3, 3]);
  expect(centroidOf(found, 2)).toEqual([3 / 6, 5 / 6]);
  expect(powersOf(27, 3)).toEqual([1, 2, 3]);
});

test('numbers of Hu stay when an object is turned by a quarter', () => {
  const ell = [1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1];
  const turned = Array.from({ length: 12 }, (_, i) => ell[(3 - (i % 4)) * 3 + Math.floor(i / 4)]);
  const numbers = (values: number[], sides: number[]) => {
    const centre = centroidOf(moments(values, sides), 2);
    return huMoments(normalizedMoments(moments(values, sides, centre), 2));
  };
  const [first, second] = [numbers(ell, [4, 3]), numbers(turned, [3, 4])];
  for (const [i, value] of first.entries()) expect(second[i]).toBeCloseTo(value, 10);
  expect(first[2]).toBeGreaterThan(1e-4);
});
