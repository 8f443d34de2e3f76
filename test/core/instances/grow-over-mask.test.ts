import { describe, expect, test } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { growOverMask, maskForGrowth } from '../../../core/instances/grow-over-mask.js';

const row = (...values: number[]) => image(Float32Array.from(values), [1, values.length, 1]);
const list = ({ data }: Image) => [...data];

test('pixels of the mask get the nearest label, objects lose what lies outside', () => {
  const labels = image(Uint16Array.of(2, 2, 0, 0, 0, 0, 7, 7), [1, 8, 1]);
  const mask = image(Uint8Array.of(0, 1, 1, 1, 1, 1, 1, 0), [1, 8, 1]);
  expect(list(growOverMask(labels, mask))).toEqual([0, 2, 2, 2, 7, 7, 7, 0]);
  expect(list(growOverMask(image(new Uint8Array(8), [1, 8, 1]), mask))).toEqual(new Array(8).fill(0));
  expect(() => growOverMask(labels, row(1))).toThrow('a mask of 1 pixels does not fit labels of 8');
});

describe('the mask', () => {
  test('is M, else F with C, else what is not B', () => {
    const picture = image(Float32Array.of(0.1, 0.3, 0.9, 0.6, 0.1, 0.2, 0.2, 0.6, 0.7), [1, 3, 3]);
    expect(list(maskForGrowth(picture, { F: 0, C: 1, M: 2 }, 0.5))).toEqual([1, 0, 1]);
    expect(list(maskForGrowth(picture, { F: 0, C: 1 }, 0.5))).toEqual([0, 1, 1]);
    expect(list(maskForGrowth(picture, { F: 0 }, 0.5))).toEqual([0, 1, 0]);
    expect(list(maskForGrowth(picture, { B: 0 }, 0.5))).toEqual([1, 0, 1]);
    expect(() => maskForGrowth(picture, { Db: 0 }, 0.5)).toThrow('one of the channels M, F, B and C');
  });

  test('of contours alone is what they enclose, eroded by two pixels; Otsu where the threshold is 0', () => {
    const side = 13;
    const contour = new Float32Array(side * side);
    for (let i = 1; i < 12; i++)
      for (const at of [i + side, i + 11 * side, 1 + i * side, 11 + i * side]) contour[at] = 0.9;
    const mask = maskForGrowth(image(contour, [side, side, 1]), { C: 0 }, 0);
    expect([...mask.data].filter((one) => one === 1)).toHaveLength(7 * 7);
    expect(mask.data[3 * side + 3]).toBe(1);
    expect(mask.data[2 * side + 3]).toBe(0);
  });
});
