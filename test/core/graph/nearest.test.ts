import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest } from '../../../core/graph/nearest.js';

test('knows the distances of the textbook', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('flaw', 'lawn')).toBe(2);
  expect(editDistance('', 'abc')).toBe(3);
});

test('a distance is a metric', () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
    }),
  );
});

test('names the candidate that was meant, whatever its case', () => {
  expect(nearest('normaliser/intensty', ['loader/folder', 'normalizer/intensity'])).toBe('normalizer/intensity');
  expect(nearest('UNet', ['unet', 'resunet'])).toBe('unet');
});

test('says nothing when nothing is near', () => {
  expect(nearest('zarr', ['normalizer/intensity', 'loader/folder'])).toBeUndefined();
  expect(nearest('anything', [])).toBeUndefined();
});
