import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { refineObjects } from '../../../core/instances/refine-objects.js';
import { cases, golden } from '../../fixtures/objects/load.js';
import { golden as regions } from '../../fixtures/regions/load.js';

test.each(cases.refine)('$steps of $source as scipy has it', ({ source, steps, expected }) => {
  expect(refineObjects(regions(source), steps).data).toEqual(golden(expected).data);
});

test('steps follow each other, and none leaves everything as it was', () => {
  const ring = image(
    Uint8Array.of(0, 0, 0, 0, 0, 0, 3, 3, 3, 0, 0, 3, 0, 3, 0, 0, 3, 3, 3, 0, 0, 0, 0, 0, 2),
    [5, 5, 1],
  );
  const filled = refineObjects(ring, [{ operation: 'fill_holes' }, { operation: 'clear_border' }]);
  expect([...filled.data]).toEqual([0, 0, 0, 0, 0, 0, 3, 3, 3, 0, 0, 3, 3, 3, 0, 0, 3, 3, 3, 0, 0, 0, 0, 0, 0]);
  expect(refineObjects(ring, [])).toBe(ring);
});
