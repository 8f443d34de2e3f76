import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { fillHoles } from '../../../core/nd/fill-holes.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.holes)('holes of $source are those of scipy', ({ source, expected, connectivity }) => {
  const found = fillHoles(golden(source), connectivity);
  expect(found.dtype).toBe('uint16');
  expect(found.data).toEqual(golden(expected).data);
});

test('a way out across a corner counts where corners connect, and objects may be left out', () => {
  const ring = image(Uint8Array.of(1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0), [4, 4, 1]);
  expect(fillHoles(ring).data[5]).toBe(1);
  expect(fillHoles(ring, 1, ({ count }) => count > 9).data[5]).toBe(0);
  const gap = image(Uint8Array.of(0, 1, 1, 1, 0, 1, 1, 1, 1), [3, 3, 1]);
  expect(fillHoles(gap).data[4]).toBe(1);
  expect(fillHoles(gap, 2).data[4]).toBe(0);
});
