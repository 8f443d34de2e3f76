import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { clearBorder, removeLargeObjects, removeSmallObjects } from '../../../core/nd/remove-objects.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.border)('without those at the border $source is as scikit-image leaves it', ({ source, expected }) => {
  expect(clearBorder(golden(source)).data).toEqual(golden(expected).data);
});

test('the limits themselves go with what is removed', () => {
  const labels = image(Uint8Array.of(1, 2, 2, 0, 3, 3, 3, 1), [2, 4, 1]);
  expect([...removeSmallObjects(labels, 2).data]).toEqual([0, 0, 0, 0, 3, 3, 3, 0]);
  expect([...removeLargeObjects(labels, 3).data]).toEqual([1, 2, 2, 0, 0, 0, 0, 1]);
});
