import { expect, test } from 'vitest';
import { halve } from '../../../core/image/halve.js';

test('averages blocks of two along the axes named; an odd end counts alone', () => {
  const { data, shape } = halve(Uint8Array.of(0, 2, 10, 4, 6, 20), [2, 3], [0, 1], 'image');
  expect(shape).toEqual([1, 2]);
  expect(data).toEqual(Uint8Array.of(3, 15));
});

test('rounds once, halves to even', () => {
  // (0 + 1 + 1 + 1) / 4 is 0.75; rounding after each axis would give 0 or 1 from 0.5 and 1.
  expect(halve(Uint8Array.of(0, 1, 0, 1), [2, 2], [0, 1], 'image').data).toEqual(Uint8Array.of(0));
  expect(halve(Uint8Array.of(0, 1, 1, 1), [2, 2], [0, 1], 'image').data).toEqual(Uint8Array.of(1));
  expect(halve(Float32Array.of(0, 1, 0, 1), [2, 2], [0, 1], 'image').data).toEqual(Float32Array.of(0.5));
});

test('labels keep the first id of each block', () => {
  const { data, shape } = halve(Uint16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), [3, 3], [0, 1], 'labels');
  expect(shape).toEqual([2, 2]);
  expect(data).toEqual(Uint16Array.of(1, 3, 7, 9));
});
