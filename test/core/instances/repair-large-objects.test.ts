import { expect, test } from 'vitest';
import { repairLargeObjects } from '../../../core/instances/repair-large-objects.js';
import { cases, golden } from '../../fixtures/objects/load.js';

test.each(cases.repair)('$source from $pixels pixels on', ({ source, pixels, expected }) => {
  expect(repairLargeObjects(golden(source), pixels).data).toEqual(golden(expected).data);
});

test('the cases differ: something is merged, something sticks out and stays', () => {
  const [all, some, none] = cases.repair.filter(({ source }) => source === 'broken');
  expect(new Set(golden(none.expected).data).size).toBe(5);
  expect(new Set(golden(some.expected).data).has(7)).toBe(true);
  expect(new Set(golden(all.expected).data).has(9)).toBe(false);
});
