import { expect, test } from 'vitest';
import { polygonMask } from '../../../core/nd/polygon-mask.js';

const rows = (mask: Uint8Array, width: number) =>
  Array.from({ length: mask.length / width }, (_, y) => mask.subarray(y * width, (y + 1) * width).join(''));

test('corners, slanted and level edges belong to a polygon', () => {
  const diamond = [
    [0, 2],
    [2, 4],
    [4, 2],
    [2, 0],
  ];
  expect(rows(polygonMask(diamond, [0, 0], [5, 5]), 5)).toEqual(['00100', '01110', '11111', '01110', '00100']);
  const square = [
    [1, 1],
    [1, 3],
    [3, 3],
    [3, 1],
  ];
  expect(rows(polygonMask(square, [0, 0], [5, 5]), 5)).toEqual(['00000', '01110', '01110', '01110', '00000']);
});

test('what is cut off by the box, and a bay', () => {
  const ell = [
    [-0.5, -0.5],
    [-0.5, 4.5],
    [1.5, 4.5],
    [1.5, 1.5],
    [4.5, 1.5],
    [4.5, -0.5],
  ];
  expect(rows(polygonMask(ell, [1, 1], [3, 3]), 3)).toEqual(['111', '100', '100']);
});

test('three corners on one line are that line, fewer than three a point', () => {
  expect(
    rows(
      polygonMask(
        [
          [1, 0],
          [1, 1],
          [1, 2],
        ],
        [0, 0],
        [3, 3],
      ),
      3,
    ),
  ).toEqual(['000', '111', '000']);
  expect(rows(polygonMask([[1, 1]], [0, 0], [3, 3]), 3)).toEqual(['000', '010', '000']);
});
