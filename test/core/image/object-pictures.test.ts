import { describe, expect, test } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { drawMatches, drawObjects, paintMatches } from '../../../core/image/object-pictures.js';
import { labelColour } from '../../../core/image/overlay.js';
import { TAG_COLOURS } from '../../../core/image/point-pictures.js';

/** A picture of 7 × 7 with squares of 5 × 5 (label 1) or other things, drawn as digits. */
function labels(...rows: string[]): Image {
  return image(Uint8Array.from(rows.join(''), Number), [rows.length, rows[0].length, 1]);
}
const square = labels('0000000', '0222220', '0222220', '0222220', '0222220', '0222220', '0000000');
const raw = image(
  Float32Array.from({ length: 49 }, (_, i) => i),
  [7, 7, 1],
);
const at = ({ data }: Image, y: number, x: number) => [...data.subarray(3 * (7 * y + x), 3 * (7 * y + x) + 3)];
const isGrey = ([red, green, blue]: number[]) => red === green && green === blue;

describe('objects', () => {
  const picture = drawObjects(raw, square);
  test('have an outline in their colour, and a tint inside', () => {
    expect(picture.shape).toEqual([7, 7, 3]);
    expect(at(picture, 1, 1)).toEqual([...labelColour(2)]);
    expect(at(picture, 5, 3)).toEqual([...labelColour(2)]);
    expect(isGrey(at(picture, 0, 3))).toBe(true);
    const inside = at(picture, 3, 3);
    expect(isGrey(inside)).toBe(false);
    expect(inside).not.toEqual([...labelColour(2)]);
  });
  test('that touch are apart by their outlines', () => {
    const touching = labels('1111222', '1111222', '1111222', '1111222', '1111222', '1111222', '1111222');
    const both = drawObjects(raw, touching);
    expect(at(both, 3, 3)).toEqual([...labelColour(1)]);
    expect(at(both, 3, 4)).toEqual([...labelColour(2)]);
  });
  test('of three channels are drawn over the colours', () => {
    const colours = image(
      Uint8Array.from({ length: 147 }, (_, i) => (i % 3 === 0 ? 200 : i % 50)),
      [7, 7, 3],
    );
    expect(isGrey(at(drawObjects(colours, square), 0, 0))).toBe(false);
  });
});

describe('objects beside annotated ones', () => {
  const truth = labels('1100000', '1100000', '0000000', '0000033', '0000033', '0000000', '0000000');
  const found = labels('4400000', '4400000', '0000000', '0000000', '0000000', '5500000', '5500000');
  const tags = { hits: new Map([[1, { prediction: 4, iou: 1 }]]), right: new Set([4]) };
  test('are outlined green where they are found, red where missed, blue where too many', () => {
    const picture = drawMatches(raw, truth, found, tags);
    expect(at(picture, 0, 0)).toEqual([...TAG_COLOURS.TP]);
    expect(at(picture, 3, 5)).toEqual([...TAG_COLOURS.FN]);
    expect(at(picture, 6, 1)).toEqual([...TAG_COLOURS.FP]);
    expect(isGrey(at(picture, 2, 3))).toBe(true);
  });
  test('are painted whole on black, planes of a volume too', () => {
    const deep = (plane: Image) => image(Uint8Array.from([...plane.data, ...plane.data]), [2, ...plane.shape]);
    for (const [painted, offset] of [
      [paintMatches(truth, found, tags), 0],
      [paintMatches(deep(truth), deep(found), tags), 147],
    ] as const) {
      const pixel = (y: number, x: number) => [...painted.data.subarray(offset + 3 * (7 * y + x)).slice(0, 3)];
      expect(pixel(1, 1)).toEqual([...TAG_COLOURS.TP]);
      expect(pixel(4, 6)).toEqual([...TAG_COLOURS.FN]);
      expect(pixel(5, 0)).toEqual([...TAG_COLOURS.FP]);
      expect(pixel(2, 2)).toEqual([0, 0, 0]);
    }
  });
});
