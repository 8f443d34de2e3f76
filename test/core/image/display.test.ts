import { expect, test } from 'vitest';
import { displayed, displayRange, enlarge, middlePlane } from '../../../core/image/display.js';
import { image } from '../../../core/image/image.js';

test('a volume is shown by its middle plane', () => {
  const volume = image(
    Uint8Array.from({ length: 12 }, (_, i) => i),
    [3, 2, 2, 1],
  );
  expect([...middlePlane(volume).data]).toEqual([4, 5, 6, 7]);
  const plane = middlePlane(volume);
  expect(middlePlane(plane)).toBe(plane);
});

test('intensities are stretched between two limits and cut beyond them', () => {
  const plane = image(Float32Array.of(-1, 0, 0.5, 1, 9), [1, 5, 1]);
  expect([...displayed(plane, [0, 1]).data]).toEqual([0, 0, 128, 255, 255]);
  expect([...displayed(plane, [3, 3]).data]).toEqual([0, 0, 0, 0, 0]);
});

test('a few hot pixels do not darken the picture', () => {
  const data = Float32Array.from({ length: 1001 }, (_, i) => (i === 1000 ? 1e6 : i / 10));
  const [black, white] = displayRange(image(data, [7, 143, 1]));
  expect(black).toBeCloseTo(1, 1);
  expect(white).toBeLessThan(101);
});

test('colour stays, of other channels the first is shown', () => {
  const colour = image(Uint8Array.of(0, 10, 255), [1, 1, 3]);
  expect([...displayed(colour, [0, 255]).data]).toEqual([0, 10, 255]);
  const two = image(Uint8Array.of(7, 99, 8, 99), [1, 2, 2]);
  expect([...displayed(two, [0, 255]).data]).toEqual([7, 8]);
});

test('a small image is enlarged by squares', () => {
  const small = image(Uint8Array.of(1, 2), [1, 2, 1]);
  const large = enlarge(small, [2, 3]);
  expect(large.shape).toEqual([2, 6, 1]);
  expect([...large.data]).toEqual([1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]);
  expect(enlarge(small, [1, 1])).toBe(small);
});
