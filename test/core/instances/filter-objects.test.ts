import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { commonMeasures, judge, removeJudged } from '../../../core/instances/filter-objects.js';
import { measureRegions } from '../../../core/nd/region-properties.js';

const labels = image(Uint8Array.of(1, 1, 1, 0, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 3, 3), [4, 5, 1]);
const regions = measureRegions(labels, commonMeasures(2));

test('an object goes where all conditions of any group hold', () => {
  const groups = [
    [
      { property: 'npixels', sign: 'ge', value: 3 },
      { property: 'diameter', sign: 'lt', value: 3 },
    ],
    [{ property: 'area', sign: 'le', value: 1 }],
  ] as const;
  const judgements = regions.map((region) => judge(region, groups));
  expect(judgements).toEqual([
    { removed: false, conditions: '' },
    { removed: true, conditions: 'area le 1' },
    { removed: true, conditions: 'npixels ge 3, diameter lt 3' },
  ]);
  const left = removeJudged(labels, regions, judgements);
  expect(new Set(left.data)).toEqual(new Set([0, 1]));
});

test('signs are told apart at their limit', () => {
  const [six] = regions;
  const holds = (sign: 'gt' | 'ge' | 'lt' | 'le') => judge(six, [[{ property: 'npixels', sign, value: 6 }]]).removed;
  expect([holds('gt'), holds('ge'), holds('lt'), holds('le')]).toEqual([false, true, false, true]);
});

test('area and perimeter of a volume are its volume and its surface; what was not measured is refused', () => {
  const cube = image(new Uint8Array(27).fill(4), [3, 3, 3, 1]);
  const [region] = measureRegions(cube, commonMeasures(3), { spacing: [2, 1, 1] });
  expect(judge(region, [[{ property: 'area', sign: 'gt', value: 53 }]]).removed).toBe(true);
  expect(judge(region, [[{ property: 'perimeter', sign: 'lt', value: 1 }]]).removed).toBe(false);
  expect(() => judge(region, [[{ property: 'elongation', sign: 'lt', value: 1 }]])).toThrow("'elongation' of object 4");
});
