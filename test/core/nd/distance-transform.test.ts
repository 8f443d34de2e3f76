import fc from 'fast-check';
import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { distanceTransform } from '../../../core/nd/distance-transform.js';
import { cases, golden } from '../../fixtures/segmentation/load.js';

test.each(cases.distance)('$source, spacing $spacing agrees with scipy', ({ source, spacing, expected }) => {
  const { data } = distanceTransform(golden(source), spacing);
  const wanted = golden(expected).data;
  data.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i], 5);
  });
});

test('is the distance to the nearest background, whatever the mask and the spacing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
      (mask, spacing) => {
        const [dy, dx] = spacing.map((value) => value / 10);
        const { data } = distanceTransform(image(Uint8Array.from(mask, Number), [5, 6, 1]), [dy, dx]);
        for (let at = 0; at < 30; at++) {
          let nearest = Infinity;
          for (let other = 0; other < 30; other++)
            if (!mask[other])
              nearest = Math.min(
                nearest,
                Math.hypot(dy * (Math.floor(at / 6) - Math.floor(other / 6)), dx * ((at % 6) - (other % 6))),
              );
          if (nearest === Infinity) expect(data[at]).toBe(Infinity);
          else expect(data[at]).toBeCloseTo(nearest, 4);
        }
      },
    ),
  );
});

test('refuses spacings that are none', () => {
  expect(() => distanceTransform(golden('blobs'), [1, 0])).toThrow('must be above 0');
});
