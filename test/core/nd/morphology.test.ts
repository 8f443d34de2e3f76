import fc from 'fast-check';
import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { ball, box, type Footprint } from '../../../core/nd/footprint.js';
import { close, dilate, erode, open } from '../../../core/nd/morphology.js';
import { cases, expectNear, golden } from '../../fixtures/filter/load.js';

const operations = { erode, dilate, open, close };

test.each(cases.morphology)(
  '$operation $source with $footprint agrees with scikit-image',
  ({ source, expected, operation, footprint }) => {
    const picture = golden(source);
    const axes = (picture.shape.length - 1) as 2 | 3;
    const shape = footprint.ball !== undefined ? ball(footprint.ball, axes) : box(footprint.box!);
    expectNear(operations[operation](picture, shape), golden(expected), 0);
  },
);

test('is the extreme of the neighbourhood, whatever its form, and of the mirrored one for a dilation', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 24, maxLength: 24 }),
      fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }),
      (values, pattern) => {
        const footprint: Footprint = { sides: [3, 5], inside: Uint8Array.from(pattern, Number) };
        if (!pattern.includes(true)) return;
        const picture = image(Uint8Array.from(values), [4, 6, 1]);
        const slow = (sign: 1 | -1) =>
          values.map((_, at) => {
            const found = pattern.flatMap((inside, k) => {
              const [y, x] = [Math.floor(at / 6) + sign * (Math.floor(k / 5) - 1), (at % 6) + sign * ((k % 5) - 2)];
              return inside && y >= 0 && y < 4 && x >= 0 && x < 6 ? [values[y * 6 + x]] : [];
            });
            // Where nothing of the neighbourhood is inside, nothing erodes or dilates.
            if (found.length === 0) return sign === 1 ? Math.max(...values) : Math.min(...values);
            return sign === 1 ? Math.min(...found) : Math.max(...found);
          });
        expect([...erode(picture, footprint).data]).toEqual(slow(1));
        expect([...dilate(picture, footprint).data]).toEqual(slow(-1));
      },
    ),
    { numRuns: 100 },
  );
});

test('channels are worked on apart', () => {
  const pair = image(Uint8Array.of(1, 9, 2, 8, 3, 7), [1, 3, 2]);
  expect([...dilate(pair, box([1, 3])).data]).toEqual([2, 9, 3, 9, 3, 8]);
});

test('refuses a neighbourhood of other axes', () => {
  expect(() => erode(golden('flat8'), ball(1, 3))).toThrow('3 axes does not fit an image of 2');
});
