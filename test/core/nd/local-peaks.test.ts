import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { localPeaks } from '../../../core/nd/local-peaks.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.peaks)(
  'peaks of $source, distance $minDistance, threshold $threshold, border $excludeBorder: those of scikit-image',
  ({ source, minDistance, threshold, excludeBorder, positions }) => {
    const picture = golden(source);
    const found = localPeaks(picture, { minDistance, excludeBorder, ...(threshold !== null && { threshold }) });
    const sorted = (places: readonly (readonly number[])[]) => places.map((place) => place.join()).sort();
    expect(sorted(found.map(({ position }) => position))).toEqual(sorted(positions));
    // Equal values may come in any order there.
    const values = found.map(({ value }) => value);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  },
);

test('of a plateau wider than the distance the first pixel in each place stays', () => {
  const plateau = image(Uint8Array.of(0, 5, 5, 5, 5, 5, 0, 1), [1, 8, 1]);
  expect(localPeaks(plateau, { minDistance: 2 }).map(({ position }) => position[1])).toEqual([1, 3, 5]);
  expect(() => localPeaks(plateau, { minDistance: 0 })).toThrow('a least distance of 0');
});
