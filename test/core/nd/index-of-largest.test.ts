import { expect, test } from 'vitest';
import { indexOfLargest } from '../../../core/nd/index-of-largest.js';

test('the largest of some values is found, of equal ones the first', () => {
  const values = Float32Array.of(9, 1, 4, 4, -2, 7);
  expect(indexOfLargest(values, 1, 4)).toBe(1);
  expect(indexOfLargest(values, 4, 2)).toBe(1);
  expect(indexOfLargest(values, 0, 1)).toBe(0);
});
