import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { findBoundaries, touchingObjects } from '../../../core/nd/find-boundaries.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.boundaries)(
  '$mode boundaries of $source, connectivity $connectivity, are those of scikit-image',
  ({ source, expected, mode, connectivity }) => {
    const found = findBoundaries(golden(source), mode, connectivity);
    const wanted = golden(expected);
    expect(found.shape).toEqual(wanted.shape);
    expect(found.data).toEqual(wanted.data);
  },
);

test('objects touch across corners, the background touches none', () => {
  const apart = image(Uint8Array.of(1, 1, 0, 2, 0, 0, 0, 2, 3, 0, 0, 0), [3, 4, 1]);
  expect(touchingObjects(apart).data).toEqual(new Uint8Array(12));
  const corner = image(Uint8Array.of(1, 1, 0, 0, 0, 2), [2, 3, 1]);
  expect([...touchingObjects(corner).data]).toEqual([0, 1, 0, 0, 0, 1]);
});
