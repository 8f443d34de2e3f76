import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { gaussian } from '../../../core/nd/gaussian.js';
import { cases, expectNear, golden } from '../../fixtures/filter/load.js';

test.each(cases.gaussian)('$source, sigma $sigma, $border agrees with scipy', ({ source, expected, sigma, border }) => {
  const blurred = gaussian(golden(source), sigma, { border, fill: 0.3 });
  expect(blurred.dtype).toBe(golden(source).dtype);
  expectNear(blurred, golden(expected), 1e-6);
});

test('channels are blurred apart, unless they have a deviation of their own', () => {
  const pair = image(Float32Array.of(0, 8, 0, 8, 0, 8), [1, 3, 2]);
  expect([...gaussian(pair, 1).data].map((value) => Math.round(1e5 * value) / 1e5)).toEqual([0, 8, 0, 8, 0, 8]);
  const [first, second] = gaussian(pair, [0, 0, 1]).data;
  expect(first).toBeGreaterThan(1);
  expect(first + second).toBeCloseTo(8, 5);
});

test('integers become floats of the same range', () => {
  const flat = image(new Uint8Array(12).fill(200), [3, 4, 1]);
  expect([...gaussian(flat, 2).data].every((value) => Math.abs(value - 200) < 1e-4)).toBe(true);
});

test('refuses deviations that do not fit', () => {
  expect(() => gaussian(golden('volume'), [1, 2])).toThrow('standard deviations 1, 2');
  expect(() => gaussian(golden('flat'), -1)).toThrow(RangeError);
});
