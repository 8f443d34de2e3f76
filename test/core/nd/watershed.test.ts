import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { watershed } from '../../../core/nd/watershed.js';
import { cases, golden } from '../../fixtures/segmentation/load.js';

test.each(cases.watershed)(
  '$name, mask $mask, connectivity $connectivity, compactness $compactness, by slices $bySlices: labels of scikit-image',
  ({ name, mask, expected, ...options }) => {
    const found = watershed(golden(`${name}-surface`), golden(`${name}-markers`), {
      ...options,
      ...(mask && { mask: golden(name) }),
    });
    const wanted = golden(expected);
    expect(found.shape).toEqual(wanted.shape);
    expect(found.data).toEqual(wanted.data);
  },
);

test('labels beyond 65535 are kept, and other sides refused', () => {
  const flat = image(new Float32Array(3), [1, 3, 1]);
  const markers = image(Uint32Array.of(100_000, 0, 0), [1, 3, 1]);
  expect([...watershed(flat, markers).data]).toEqual([100_000, 100_000, 100_000]);
  expect(() => watershed(flat, golden('blobs'))).toThrow('sides 48×40 are not those of the surface, 1×3');
});
