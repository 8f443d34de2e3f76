import { expect, test } from 'vitest';
import { paintPoints, pointFootprint } from '../../../core/nd/paint-points.js';

const rows = (pixels: Uint8Array, width: number) =>
  Array.from({ length: pixels.length / width }, (_, y) => [...pixels.subarray(y * width, (y + 1) * width)].join(''));

test('a point becomes a disk, cut off at the edge; later ones lie above', () => {
  const pixels = new Uint8Array(35);
  const points = [
    [0, 0],
    [2, 3],
    [2, 5],
  ];
  paintPoints(pixels, [5, 7], points, pointFootprint([2, 2]), (i) => i + 1);
  expect(rows(pixels, 7)).toEqual(['1112030', '1122333', '1223333', '0022333', '0002030']);
});

test('radius 0 is a square of 3, and each axis has its own radius', () => {
  const square = new Uint8Array(25);
  paintPoints(square, [5, 5], [[2, 2]], pointFootprint([0, 0]));
  expect(rows(square, 5)).toEqual(['00000', '01110', '01110', '01110', '00000']);
  const flat = new Uint8Array(27);
  paintPoints(flat, [3, 3, 3], [[1, 1, 1]], pointFootprint([0, 1, 1]));
  expect(rows(flat, 9)).toEqual(['000000000', '010111010', '000000000']);
});
