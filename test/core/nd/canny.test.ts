import { expect, test } from 'vitest';
import { canny } from '../../../core/nd/canny.js';
import { cases, expectNear, golden } from '../../fixtures/filter/load.js';

test.each(cases.canny)(
  '$source, limits $low and $high, agrees with scikit-image',
  ({ source, expected, low, high, sigma }) => {
    const options = { sigma, ...(low !== null && { low }), ...(high !== null && { high }) };
    const wanted = golden(expected);
    expect(new Set(wanted.data)).toEqual(new Set([0, 255]));
    expectNear(canny(golden(source), options), wanted, 0);
  },
);

test('refuses volumes and limits the wrong way round', () => {
  expect(() => canny(golden('volume'))).toThrow('not in volumes');
  expect(() => canny(golden('flat'), { low: 0.3, high: 0.2 })).toThrow('above the upper');
});
