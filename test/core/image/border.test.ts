import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faceMedians, pad, readBox, reflectIndex } from '../../../core/image/border.js';
import { image } from '../../../core/image/image.js';
import { golden } from '../../fixtures/image/load.js';

test('reflects as numpy, also many times over', () => {
  for (const { before, after, values } of golden.reflect) {
    const line = image(Uint8Array.of(0, 1, 2, 3, 4), [1, 5, 1]);
    expect(Array.from(pad(line, [0, before], [0, after]).data)).toEqual(values);
  }
  expect(reflectIndex(-3, 1)).toBe(0);
});

const grid = image(
  Float32Array.from({ length: 12 }, (_, i) => i),
  [3, 4, 1],
);

describe('borders', () => {
  test('edge repeats the outermost pixel', () => {
    expect(Array.from(pad(grid, [1, 0], [0, 1], 'edge').data)).toEqual([
      0, 1, 2, 3, 3, 0, 1, 2, 3, 3, 4, 5, 6, 7, 7, 8, 9, 10, 11, 11,
    ]);
  });

  test('zero leaves 0', () => {
    expect(Array.from(pad(grid, [0, 1], [1, 0], 'zero').data)).toEqual([
      0, 0, 1, 2, 3, 0, 4, 5, 6, 7, 0, 8, 9, 10, 11, 0, 0, 0, 0, 0,
    ]);
  });

  test('face medians fill each side; the later axis wins in corners', () => {
    const medians = faceMedians(grid);
    expect(medians.faces).toEqual([
      [1.5, 9.5],
      [4, 7],
    ]);
    expect(Array.from(pad(grid, [1, 1], [0, 0], medians).data)).toEqual([
      4, 1.5, 1.5, 1.5, 1.5, 4, 0, 1, 2, 3, 4, 4, 5, 6, 7, 4, 8, 9, 10, 11,
    ]);
  });
});

test('every pixel of a box is the reflected pixel of the image', () => {
  const side = fc.integer({ min: 1, max: 7 });
  const start = fc.integer({ min: -12, max: 12 });
  const axis = fc.tuple(side, start, side);
  fc.assert(
    fc.property(fc.array(axis, { minLength: 2, maxLength: 3 }), fc.integer({ min: 1, max: 3 }), (axes, channels) => {
      const shape = [...axes.map(([length]) => length), channels];
      const count = shape.reduce((product, length) => product * length, 1);
      const picture = image(
        Int32Array.from({ length: count }, (_, i) => i),
        shape,
      );
      const size = axes.map(([, , length]) => length);
      const box = readBox(
        picture,
        axes.map(([, first]) => first),
        size,
      );
      box.data.forEach((value, i) => {
        let rest = Math.floor(i / channels);
        let at = 0;
        let stride = channels;
        for (let a = axes.length - 1; a >= 0; a--) {
          at += reflectIndex(axes[a][1] + (rest % size[a]), shape[a]) * stride;
          rest = Math.floor(rest / size[a]);
          stride *= shape[a];
        }
        expect(value).toBe(at + (i % channels));
      });
    }),
    { numRuns: 60 },
  );
});
