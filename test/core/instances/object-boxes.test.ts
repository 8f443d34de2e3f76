import { expect, test } from 'vitest';
import { type Box, image } from '../../../core/image/image.js';
import { partBoxes } from '../../../core/image/parts.js';
import { readPatch } from '../../../core/image/patch.js';
import { ObjectBoxes } from '../../../core/instances/object-boxes.js';

// Label 5 is an L, 2 a pixel in its corner, 9 lies apart; a second channel holds classes.
const rows = ['5....', '5.2..', '555..', '....9'];
const data = Uint8Array.from(
  rows
    .join('')
    .split('')
    .flatMap((sign) => [sign === '.' ? 0 : Number(sign), 1]),
);
const labels = image(data, [4, 5, 2]);

function boxesOf(longest: number): ObjectBoxes {
  const found = new ObjectBoxes();
  for (const box of partBoxes([4, 5], longest)) found.add(readPatch(labels, box), box.start);
  return found;
}

test.each([1, 2, 3, 9])('objects that meet a box are held whole, out of parts of %i pixels', (longest) => {
  const around = (start: number[], size: number[], margin = 0): Box =>
    boxesOf(longest).around({ start, size }, margin, [4, 5]);
  expect(around([0, 1], [1, 1])).toEqual({ start: [0, 0], size: [3, 3] });
  expect(around([3, 0], [1, 3])).toEqual({ start: [3, 0], size: [1, 3] });
  expect(around([3, 3], [1, 2])).toEqual({ start: [3, 3], size: [1, 2] });
  expect(around([1, 2], [3, 3])).toEqual({ start: [0, 0], size: [4, 5] });
});

test('a margin ends at the edges of the image', () => {
  expect(boxesOf(9).around({ start: [3, 4], size: [1, 1] }, 2, [4, 5])).toEqual({ start: [1, 2], size: [3, 3] });
});
