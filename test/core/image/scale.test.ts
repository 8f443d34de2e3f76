import { expect, test } from 'vitest';
import { DataError } from '../../../core/errors.js';
import { scaleBetween, scaleBox, scaleSides } from '../../../core/image/scale.js';

test('the scale is that of the sides, whatever the channels', () => {
  expect(scaleBetween([10, 20, 3], [20, 80, 1])).toEqual([2, 4]);
  expect(scaleBetween([4, 10, 20, 1], [4, 20, 40, 2])).toEqual([1, 2, 2]);
  expect(scaleBetween([1, 1, 1], [1, 1, 1])).toEqual([1, 1]);
});

test('a single pixel belongs to the image as a whole', () => {
  expect(scaleBetween([10, 20, 3], [1, 1, 1])).toBeUndefined();
});

test('sides that are no multiples are refused', () => {
  expect(() => scaleBetween([10, 20, 1], [15, 40, 1], 'a.tif')).toThrow(DataError);
  expect(() => scaleBetween([10, 20, 1], [5, 10, 1], 'a.tif')).toThrow(/^a\.tif: the sides of the target \(5×10\)/);
});

test('boxes and sides grow with it', () => {
  expect(scaleBox({ start: [-1, 4], size: [8, 6] }, [2, 3])).toEqual({ start: [-2, 12], size: [16, 18] });
  expect(scaleSides([8, 6], [])).toEqual([8, 6]);
});
