import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { embeddingObjects, embeddingSteps } from '../../../core/instances/embedding-objects.js';
import { cases, golden } from '../../fixtures/objects/load.js';

test.each(cases.embedding)('$source, seeds from $seed on, $leastLeft left', ({ source, expected, ...options }) => {
  const found = embeddingObjects(golden(source, 'last'), options);
  expect(found.data).toEqual(golden(expected).data);
});

/** Offsets x and y, sigmas x and y, seediness of a row of pixels. */
const row = (...pixels: number[][]) => image(Float32Array.from(pixels.flat()), [1, pixels.length, 5]);
const list = (pixels: number[][], more = {}) => [...embeddingObjects(row(...pixels), { gridSide: 11, ...more }).data];
const at = (offset: number, seediness: number) => [offset, 0, 0.6, 0.6, seediness];

test('pixels that point to one place are an object, whatever lies between them', () => {
  const pixels = [at(0.2, 0.6), at(0.1, 0.95), at(0, 0.9), at(0.2, 0.99), at(0.1, 0.7), at(0, 0.8)];
  expect(list(pixels)).toEqual([2, 2, 2, 1, 1, 1]);
  expect(list(pixels, { seed: 0.96 })).toEqual([0, 0, 0, 1, 1, 1]);
  // The pixel that begins does not count as free: of two, half are left, and that is not enough.
  expect(list(pixels, { foreground: 0.75 })).toEqual([0, 0, 0, 0, 0, 0]);
  expect(list(pixels, { leastForeground: 6 })).toEqual([0, 0, 0, 0, 0, 0]);
  expect(list(pixels, { leastLeft: 3 })).toEqual([0, 0, 0, 1, 1, 1]);
});

test('a pixel is its length in units of that along y, channels in the order x, y, z', () => {
  expect(embeddingSteps(2, 11)).toEqual([0.1, 0.1]);
  expect(embeddingSteps(3, 11, [4, 2, 1])).toEqual([0.05, 0.1, 0.2]);
});
