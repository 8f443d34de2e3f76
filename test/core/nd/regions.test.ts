import fc from 'fast-check';
import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { findRegions } from '../../../core/nd/regions.js';

test('counts, boxes and moments are those of the pixels', () => {
  const pixels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(pixels, (values) => {
      const places = values.map((_, i) => [Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5]);
      const regions = findRegions(image(Uint16Array.from(values), [3, 4, 5, 1]));
      expect(regions.map(({ label }) => label)).toEqual([...new Set(values)].filter((one) => one > 0).sort());
      for (const { label, count, start, end, centroid, covariance } of regions) {
        const own = places.filter((_, i) => values[i] === label);
        const mean = (of: (place: number[]) => number) => own.reduce((sum, place) => sum + of(place), 0) / own.length;
        expect(count).toBe(own.length);
        expect(start).toEqual([0, 1, 2].map((axis) => Math.min(...own.map((place) => place[axis]))));
        expect(end).toEqual([0, 1, 2].map((axis) => 1 + Math.max(...own.map((place) => place[axis]))));
        for (const a of [0, 1, 2]) {
          expect(centroid[a]).toBeCloseTo(mean((place) => place[a]));
          for (const b of [0, 1, 2])
            expect(covariance[a][b]).toBeCloseTo(mean((place) => (place[a] - centroid[a]) * (place[b] - centroid[b])));
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('large labels take no table, and what is no label is refused', () => {
  const far = image(Uint32Array.of(4_000_000_000, 0, 9, 9), [2, 2, 1]);
  expect(findRegions(far).map(({ label, count }) => [label, count])).toEqual([
    [9, 2],
    [4_000_000_000, 1],
  ]);
  expect(() => findRegions(image(Float32Array.of(0.5, 1), [1, 2, 1]))).toThrow(
    'labels are whole numbers from 0 on, found 0.5',
  );
  expect(() => findRegions(image(Int8Array.of(-1, 1), [1, 2, 1]))).toThrow('found -1');
});
