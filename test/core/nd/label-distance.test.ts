import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { labelDistance } from '../../../core/nd/label-distance.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.labelDistance)('distances in $source, spacing $spacing, are those of each object alone', (one) => {
  const found = labelDistance(golden(one.source), one.spacing);
  const wanted = golden(one.expected).data;
  found.data.forEach((value, i) => {
    expect(Math.abs(value - wanted[i]), `pixel ${i}`).toBeLessThan(1e-4);
  });
});

test('one object everywhere is infinitely far from any other, and bad spacings are refused', () => {
  const all = image(new Uint8Array(8).fill(3), [2, 2, 2, 1]);
  expect([...labelDistance(all).data]).toEqual(new Array(8).fill(Infinity));
  expect(() => labelDistance(all, [1, 0, 1])).toThrow('spacings 1, 0, 1 must be above 0');
});
