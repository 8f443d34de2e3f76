import { describe, expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { labelColour, overlay } from '../../../core/image/overlay.js';

const raw = image(
  Uint16Array.from({ length: 25 }, (_, i) => 100 + i),
  [5, 5, 1],
);
const square = (top: number, label = 1) => {
  const data = new Uint8Array(25);
  for (let y = top; y < top + 3; y++) data.fill(label, y * 5 + 1, y * 5 + 4);
  return image(data, [5, 5, 1]);
};
const pixel = (picture: { data: ArrayLike<number> }, y: number, x: number) =>
  Array.from({ length: 3 }, (_, c) => picture.data[(y * 5 + x) * 3 + c]);

test('the background is the raw image in grey, stretched between percentiles', () => {
  const drawn = overlay(raw, image(new Uint8Array(25), [5, 5, 1]), undefined, { percentiles: [0, 100] });
  expect(drawn).toMatchObject({ shape: [5, 5, 3], dtype: 'uint8' });
  expect([pixel(drawn, 0, 0), pixel(drawn, 4, 4), pixel(drawn, 2, 2)]).toEqual([
    [0, 0, 0],
    [255, 255, 255],
    [128, 128, 128],
  ]);
});

describe('a prediction alone', () => {
  test('is outlined', () => {
    const drawn = overlay(raw, square(1), undefined, { colour: [9, 8, 7] });
    expect(pixel(drawn, 1, 1)).toEqual([9, 8, 7]);
    expect(new Set(pixel(drawn, 2, 2)).size).toBe(1);
  });
  test('is filled with the given opacity', () => {
    const drawn = overlay(raw, square(1), undefined, {
      style: 'fill',
      alpha: 0.5,
      colour: [255, 0, 0],
      percentiles: [0, 100],
    });
    expect(pixel(drawn, 2, 2)).toEqual([192, 64, 64]);
  });
  test('labels have colours of their own', () => {
    const colours = Array.from({ length: 40 }, (_, label) => labelColour(label + 1).join());
    expect(new Set(colours).size).toBe(40);
    expect(pixel(overlay(raw, square(1, 7)), 1, 1)).toEqual([...labelColour(7)]);
  });
});

test('with a target, agreement and both kinds of error have colours', () => {
  const drawn = overlay(raw, square(0), square(1), {
    style: 'fill',
    alpha: 1,
    truePositive: [1, 1, 1],
    falsePositive: [2, 2, 2],
    falseNegative: [3, 3, 3],
  });
  expect([pixel(drawn, 1, 2), pixel(drawn, 0, 2), pixel(drawn, 3, 2)]).toEqual([
    [1, 1, 1],
    [2, 2, 2],
    [3, 3, 3],
  ]);
});

test('classes have to be the same to agree, objects have not', () => {
  const colours = { truePositive: [1, 2, 3], otherClass: [4, 5, 6], style: 'fill', alpha: 1 } as const;
  const inside = (options: object) => pixel(overlay(raw, square(1, 2), square(1, 1), { ...colours, ...options }), 2, 2);
  expect(inside({})).toEqual([1, 2, 3]);
  expect(inside({ classes: true })).toEqual([4, 5, 6]);
  const same = overlay(raw, square(1, 2), square(1, 2), { ...colours, classes: true });
  expect(pixel(same, 2, 2)).toEqual([1, 2, 3]);
});

test('planes of a volume are drawn each', () => {
  const volume = image(new Float32Array(50), [2, 5, 5, 1]);
  const mask = image(new Uint8Array(50).fill(1, 25), [2, 5, 5, 1]);
  const drawn = overlay(volume, mask, undefined, { colour: [4, 5, 6] });
  expect(drawn.shape).toEqual([2, 5, 5, 3]);
  expect(Array.from(drawn.data.slice(0, 75)).every((v) => v === 0)).toBe(true);
});

test('a region that touches the border of the image is not outlined there', () => {
  const full = image(new Uint8Array(25).fill(1), [5, 5, 1]);
  const drawn = overlay(raw, full, undefined, { colour: [9, 8, 7] });
  expect(pixel(drawn, 0, 0)).not.toEqual([9, 8, 7]);
});

test('different shapes are refused', () => {
  expect(() => overlay(raw, image(new Uint8Array(20), [4, 5, 1]))).toThrow(/5×5 and 4×5/);
});
