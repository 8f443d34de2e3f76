import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import {
  borderIndex,
  type SplineBorder,
  type SplineOrder,
  splineCoefficients,
  splineWeights,
} from '../../../core/nd/spline.js';

interface Golden {
  shape: number[];
  picture: number[];
  coefficients: { border: SplineBorder; order: SplineOrder; values: number[] }[];
}

const golden: Golden[] = JSON.parse(
  readFileSync(new URL('../../fixtures/nd/map-coordinates/golden.json', import.meta.url), 'utf8'),
);
const cases = golden.flatMap((one) => one.coefficients.map((expected) => ({ ...one, ...expected })));

test.each(cases)('coefficients of order $order, $border of $shape agree with scipy', (one) => {
  const picture = image(Float64Array.from(one.picture), [...one.shape, 1]);
  const { coefficients, padding } = splineCoefficients(picture, one.order, one.border);
  expect(padding).toBe(0);
  coefficients.data.forEach((value, i) => {
    expect(value).toBeCloseTo(one.values[i], 6);
  });
});

test('more lines than a strip holds are filtered alike', () => {
  const row = [3, 1, 4, 1, 5, 9];
  const wide = image(Float32Array.from(row.flatMap((value) => new Array(150).fill(value))), [6, 150, 1]);
  const { data } = splineCoefficients(wide, 3, 'reflect', [0]).coefficients;
  const narrow = splineCoefficients(image(Float32Array.from(row), [6, 1, 1]), 3, 'reflect').coefficients.data;
  for (let i = 0; i < 6; i++) for (let k = 0; k < 150; k++) expect(data[i * 150 + k]).toBe(narrow[i]);
});

test.each([0, 1, 2, 3, 4, 5] as const)('weights of order %i sum to 1 and are even', (order) => {
  const [here, there] = [new Float64Array(6), new Float64Array(6)];
  const offset = order % 2 === 1 ? 0.3 : 0.2;
  splineWeights(order, offset, here, 0);
  splineWeights(order, order % 2 === 1 ? 1 - offset : -offset, there, 0);
  expect(here.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  for (let i = 0; i <= order; i++) expect(here[i]).toBeCloseTo(there[order - i], 12);
});

test.each([
  ['reflect', [2, 1, 0, 1, 2, 1, 0]],
  ['symmetric', [1, 0, 0, 1, 2, 2, 1]],
  ['edge', [0, 0, 0, 1, 2, 2, 2]],
  ['wrap', [1, 2, 0, 1, 2, 0, 1]],
  ['constant', [-1, -1, 0, 1, 2, -1, -1]],
] as const)('the border %s goes on as numpy pads', (border, expected) => {
  expect([-2, -1, 0, 1, 2, 3, 4].map((index) => borderIndex(index, 3, border))).toEqual(expected);
});
