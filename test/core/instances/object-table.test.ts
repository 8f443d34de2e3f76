import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { objectTableOf, tableRows } from '../../../core/instances/object-table.js';
import { measureRegions } from '../../../core/nd/region-properties.js';
import { ramp, sampleOf } from '../../plugins/nodes.js';

const labels = image(Uint8Array.of(2, 2, 0, 5, 2, 0), [2, 3, 1]);
const regions = measureRegions(labels, ['npixels', 'slice']);
const judgements = [
  { removed: false, conditions: '' },
  { removed: true, conditions: 'npixels lt 2' },
];

test('all objects, or those that are left', () => {
  expect(tableRows({ regions, judgements }, 2, 'all')).toEqual({
    columns: ['label', 'axis-0', 'axis-1', 'npixels', 'slice', 'conditions', 'comment'],
    rows: [
      [2, 1, 1, 3, '0:2 0:2', '', 'Correct'],
      [5, 1, 0, 1, '1:2 0:1', 'npixels lt 2', 'Removed'],
    ],
  });
  expect(tableRows({ regions, judgements }, 2, 'left').rows).toHaveLength(1);
});

test('no objects are a table without rows, no measures an error that tells the node', () => {
  expect(tableRows({ regions: [], judgements: [] }, 3, 'all')).toEqual({
    columns: ['label', 'axis-0', 'axis-1', 'axis-2', 'conditions', 'comment'],
    rows: [],
  });
  expect(() => objectTableOf(sampleOf(ramp([2, 2, 1])), 'tables')).toThrow("node 'tables' takes measures of objects");
});
