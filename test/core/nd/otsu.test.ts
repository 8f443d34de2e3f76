import { expect, test } from 'vitest';
import type { DType, PixelArray } from '../../../core/image/image.js';
import { allocate } from '../../../core/image/image.js';
import { otsu } from '../../../core/nd/otsu.js';
import { golden } from '../../fixtures/image/load.js';

const cases = Object.entries(golden.otsu as Record<string, { dtype: DType; values: number[]; threshold: number }>);

test.each(cases)('%s: the threshold of scikit-image', (_, { dtype, values, threshold }) => {
  const data: PixelArray = allocate(dtype, values.length);
  data.set(values);
  expect(otsu(data)).toBeCloseTo(threshold, 6);
});

test('a range too narrow for 256 float32 bins still has a threshold inside it', () => {
  const step = 2 ** -23;
  const values = Float32Array.of(1, 1, 1 + step, 1 + 5 * step, 1 + 5 * step);
  const threshold = otsu(values);
  expect(threshold).toBeGreaterThanOrEqual(1 + step);
  expect(threshold).toBeLessThan(1 + 5 * step);
});

test('no values and NaN are refused', () => {
  expect(() => otsu(new Float32Array(0))).toThrow(RangeError);
  expect(() => otsu(Float32Array.of(0, Number.NaN))).toThrow(RangeError);
});
