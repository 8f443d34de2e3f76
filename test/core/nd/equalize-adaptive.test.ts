import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { equalizeAdaptive } from '../../../core/nd/equalize-adaptive.js';
import { cases, expectNear, golden } from '../../fixtures/filter/load.js';

test.each(cases.clahe)(
  '$source, regions $region, limit $limit agrees with scikit-image',
  ({ source, expected, region, limit }) => {
    const found = equalizeAdaptive(golden(source), { ...(region && { region }), clipLimit: limit });
    expectNear(found, golden(expected), 1e-5);
  },
);

test('channels other than three are equalised apart', () => {
  const { data, shape } = golden('flat8');
  const single = equalizeAdaptive(golden('flat8')).data;
  const pair = image(
    Uint8Array.from({ length: 2 * data.length }, (_, i) => (i % 2 ? 255 - data[i >> 1] : data[i >> 1])),
    [...shape.slice(0, -1), 2],
  );
  expect(equalizeAdaptive(pair).data.filter((_, i) => i % 2 === 0)).toEqual(single);
});

test('floats beyond [0, 1] are taken by their range', () => {
  const { data, shape } = golden('flat');
  const stretched = image(
    Float64Array.from(data, (value) => value * 500 - 100),
    shape,
  );
  expectNear(equalizeAdaptive(stretched), equalizeAdaptive(golden('flat')), 1e-2);
});

test('a flat image stays flat, and regions without pixels are refused', () => {
  const flat = image(new Uint8Array(64).fill(7), [8, 8, 1]);
  expect(new Set(equalizeAdaptive(flat).data).size).toBe(1);
  expect(() => equalizeAdaptive(flat, { region: 0 })).toThrow('at least 1');
});
