import { expect, test } from 'vitest';
import { findNonFinite, requireFinite } from '../../../core/image/finite.js';
import { image } from '../../../core/image/image.js';

test.each([Number.NaN, Infinity, -Infinity])('%d is found with its place', (value) => {
  const data = new Float32Array(24);
  data[17] = value;
  data[20] = Number.NaN;
  const found = findNonFinite(image(data, [2, 3, 2, 2]));
  expect(found).toEqual({ value, position: [1, 1, 0, 1] });
  expect(() => requireFinite(image(data, [2, 3, 2, 2]), 'a.tif')).toThrow(/^a\.tif: .*z=1, y=1, x=0, c=1/);
});

test('finite and integer images pass', () => {
  expect(findNonFinite(image(Float64Array.of(1e308, -0, 5e-324), [1, 3, 1]))).toBeUndefined();
  expect(() => requireFinite(image(new Uint8Array(4), [2, 2, 1]))).not.toThrow();
});
