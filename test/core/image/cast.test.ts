import { expect, test } from 'vitest';
import { castPixels, integerRange, roundHalfEven } from '../../../core/image/cast.js';

test('halves go to the even neighbour, as numpy.rint', () => {
  expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994, 2.4, -2.6].map((x) => roundHalfEven(x) + 0)).toEqual([
    -2, -2, 0, 0, 2, 2, 0, 2, -3,
  ]);
});

test('integers are rounded and limited', () => {
  expect(Array.from(castPixels(Float32Array.of(-3, 0.5, 1.5, 254.6, 300, Number.NaN), 'uint8'))).toEqual([
    0, 0, 2, 255, 255, 0,
  ]);
  expect(Array.from(castPixels(Float64Array.of(-1e9, 40000, -7.5), 'int16'))).toEqual([-32768, 32767, -8]);
  expect(integerRange('uint32')).toEqual([0, 2 ** 32 - 1]);
});

test('pixels of the wanted type are not copied', () => {
  const pixels = Float32Array.of(1, 2);
  expect(castPixels(pixels, 'float32')).toBe(pixels);
});
