import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';
import { zoomedSides, zoomIndices, zoomOrigin, zoomPart, zoomTo } from '../../../core/nd/zoom.js';
import { ramp } from '../../plugins/nodes.js';

interface Zoomed {
  dtype: 'uint16' | 'float32';
  shape: number[];
  factors: number[];
  values: number[];
  zoomedShape: number[];
  zoomed: number[];
}

interface Indices {
  side: number;
  factor: number;
  indices: number[];
}

const cases: (Zoomed | Indices)[] = JSON.parse(
  readFileSync(new URL('../../fixtures/zoom/golden.json', import.meta.url), 'utf8'),
);

describe('equals scipy.ndimage.zoom', () => {
  for (const each of cases)
    if ('zoomed' in each)
      test(`${each.dtype} of ${each.shape.join('×')} by ${each.factors.map((f) => f.toFixed(2)).join(', ')}`, () => {
        const values = each.dtype === 'uint16' ? Uint16Array.from(each.values) : Float32Array.from(each.values);
        const sides = zoomedSides(each.shape, each.factors);
        const found = zoomTo(image(values, [...each.shape, 1]), sides);
        expect(found.shape).toEqual([...each.zoomedShape, 1]);
        expect(found.dtype).toBe(each.dtype);
        expect([...found.data]).toEqual(each.zoomed);
      });

  test('takes the same pixels along axes of any length', () => {
    const lengths = cases.filter((each): each is Indices => 'indices' in each);
    expect(lengths.length).toBeGreaterThan(300);
    for (const { side, factor, indices } of lengths) {
      const [to] = zoomedSides([side], [factor]);
      expect([...zoomIndices(side, to)], `${side} by ${factor}`).toEqual(indices);
    }
  });
});

test('pixels keep their channels together', () => {
  const found = zoomTo(ramp([2, 2, 3]), [2, 4]);
  expect([...found.data.slice(0, 12)]).toEqual([0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]);
});

const sides = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 3 });

test('an image that was enlarged comes back as it was', () => {
  fc.assert(
    fc.property(sides, fc.double({ min: 1, max: 4, noNaN: true }), (shape, factor) => {
      const picture = ramp([...shape, 2]);
      const larger = zoomTo(
        picture,
        zoomedSides(
          shape,
          shape.map(() => factor),
        ),
      );
      expect(zoomTo(larger, shape).data).toEqual(picture.data);
    }),
  );
});

test('a part is as that part of the whole', () => {
  const box = fc.tuple(fc.nat(11), fc.nat(11), fc.integer({ min: 1, max: 12 }));
  fc.assert(
    fc.property(sides, fc.array(box, { minLength: 3, maxLength: 3 }), (shape, drawn) => {
      const picture: Image = ramp([...shape, 1]);
      const zoomed = shape.map((_, axis) => drawn[axis][2]);
      const start = zoomed.map((side, axis) => drawn[axis][0] % side);
      const size = zoomed.map((side, axis) => 1 + (drawn[axis][1] % (side - start[axis])));
      const part = readPatch(picture, zoomOrigin(shape, zoomed, { start, size }));
      const whole = zoomTo(picture, zoomed);
      expect(zoomPart(part, shape, zoomed, { start, size })).toEqual(readPatch(whole, { start, size }));
    }),
  );
});

test.each([0, -1, Number.NaN, 0.1])('a zoom of %s leaves nothing of an axis', (factor) => {
  expect(() => zoomedSides([4, 4], [1, factor])).toThrow(`a zoom of ${factor} leaves nothing of an axis of 4 pixels`);
});
