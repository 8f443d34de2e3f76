import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { pictureSheet } from '../../../core/image/picture-sheet.js';

const grey = (value: number, height: number, width: number) =>
  image(new Uint8Array(height * width).fill(value), [height, width, 1]);

test('rows begin at the left, and what no picture covers is grey', () => {
  const sheet = pictureSheet([[grey(1, 2, 3), grey(2, 1, 1)], [grey(3, 1, 2)]]);
  expect(sheet.shape).toEqual([7, 8, 1]);
  const row = (y: number) => [...sheet.data.subarray(y * 8, (y + 1) * 8)];
  expect(row(0)).toEqual([1, 1, 1, 128, 128, 128, 128, 2]);
  expect(row(1)).toEqual([1, 1, 1, 128, 128, 128, 128, 128]);
  expect(row(2)).toEqual(new Array(8).fill(128));
  expect(row(6)).toEqual([3, 3, 128, 128, 128, 128, 128, 128]);
});

test('a picture in colour makes the sheet one, in which grey ones stay grey', () => {
  const red = image(Uint8Array.of(255, 0, 0), [1, 1, 3]);
  const sheet = pictureSheet([[red, grey(7, 1, 1)]]);
  expect(sheet.shape).toEqual([1, 6, 3]);
  expect([...sheet.data.subarray(0, 3), ...sheet.data.subarray(15)]).toEqual([255, 0, 0, 7, 7, 7]);
});
