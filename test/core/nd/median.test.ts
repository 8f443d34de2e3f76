import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { boxMedian, type MedianAxes, medianFilter } from '../../../core/nd/median.js';
import { cases, expectNear, golden as filtered } from '../../fixtures/filter/load.js';
import { golden } from '../../fixtures/image/load.js';

const { shape, values } = golden.volume as { shape: number[]; values: number[] };
const volume = image(Float32Array.from(values), [...shape, 1]);

test.each(golden.median as { axes: MedianAxes; size: number; values: number[] }[])(
  '$axes of size $size agrees with scipy',
  (expected) => {
    const { data } = medianFilter(volume, expected.axes, expected.size);
    expect(data).toEqual(Float32Array.from(expected.values));
  },
);

test('the letters may come in either order', () => {
  expect(medianFilter(volume, 'yx', 3).data).toEqual(medianFilter(volume, 'xy', 3).data);
});

test('channels are filtered apart', () => {
  const pair = image(
    Float32Array.from({ length: values.length * 2 }, (_, i) => (i % 2 ? -values[i >> 1] : values[i >> 1])),
    [...shape, 2],
  );
  const single = medianFilter(volume, 'xy', 3).data;
  const { data } = medianFilter(pair, 'xy', 3);
  expect(data.filter((_, i) => i % 2 === 0)).toEqual(single);
  expect(data.filter((_, i) => i % 2 === 1)).toEqual(single.map((value) => -value));
});

test('even sizes and missing axes are refused', () => {
  expect(() => medianFilter(volume, 'xy', 4)).toThrow(/odd/);
  expect(() => medianFilter(image(new Uint8Array(4), [2, 2, 1]), 'zy', 3)).toThrow(/3D/);
  expect(boxMedian(volume, [1, 1, 1])).toBe(volume);
});

test.each(cases.median)('a box of $sides over $source agrees with scipy', ({ source, sides, border, expected }) => {
  const found = boxMedian(filtered(source), sides, border);
  expect(found.dtype).toBe(filtered(source).dtype);
  expectNear(found, filtered(expected), 0);
});
