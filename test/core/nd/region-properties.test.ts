import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { measureRegions } from '../../../core/nd/region-properties.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.properties)('measures of $source are those of scikit-image', ({ source, names, values }) => {
  const regions = measureRegions(golden(source), names, { intensity: golden(`${source}-brightness`) });
  expect(regions.map(({ label }) => label)).toEqual(values.label);
  for (const [name, column] of Object.entries(values))
    for (const [i, region] of regions.entries())
      expect(Math.abs(region.values[name] - column[i]), `${name} of object ${region.label}`).toBeLessThan(
        1e-4 * Math.max(1, Math.abs(column[i])),
      );
});

test('the measures of BiaPy follow from counts, outlines and surfaces', () => {
  const square = image(Uint8Array.of(0, 0, 0, 0, 0, 0, 4, 4, 4, 0, 0, 4, 4, 4, 0, 0, 0, 0, 0, 0), [4, 5, 1]);
  const [{ values, centre, start, end }] = measureRegions(
    square,
    ['npixels', 'area', 'diameter', 'perimeter', 'circularity', 'elongation'],
    { spacing: [2, 0.5] },
  );
  expect({ centre, start, end }).toEqual({ centre: [2, 2], start: [1, 1], end: [3, 4] });
  expect(values).toMatchObject({ npixels: 6, area: 6, diameter: 3, perimeter: 6 });
  expect(values.circularity).toBeCloseTo((4 * Math.PI * 6) / 36);
  expect(values.elongation).toBeCloseTo(36 / (4 * Math.PI * 6));
  const cube = image(new Uint8Array(27).fill(1), [3, 3, 3, 1]);
  const [{ values: whole }] = measureRegions(cube, ['volume', 'surface_area', 'sphericity'], { spacing: [3, 1, 1] });
  expect(whole.volume).toBe(81);
  expect(whole.sphericity).toBeCloseTo((36 * Math.PI * 27 ** 2) / whole.surface_area ** 3);
});

test('a pixel alone has no outline and no ratio that divides by it', () => {
  const [{ values }] = measureRegions(image(Uint8Array.of(0, 0, 0, 0, 7, 0, 0, 0, 0), [3, 3, 1]), [
    'perimeter',
    'circularity',
    'elongation',
    'solidity',
  ]);
  expect(values).toEqual({ perimeter: 0, circularity: 0, elongation: 0, solidity: 1 });
});

test('no objects give no rows, and what cannot be measured is refused', () => {
  const flat = image(new Uint8Array(12), [3, 4, 1]);
  expect(measureRegions(flat, ['npixels', 'perimeter', 'solidity'])).toEqual([]);
  expect(() => measureRegions(flat, ['length'])).toThrow("there is no measure 'length'; there are npixels");
  expect(() => measureRegions(flat, ['sphericity'])).toThrow('sphericity is a measure of volumes');
  expect(() => measureRegions(image(new Uint8Array(12), [3, 2, 2, 1]), ['perimeter'])).toThrow('of flat images');
  expect(() => measureRegions(flat, [], { intensity: image(new Uint8Array(4), [2, 2, 1]) })).toThrow('2×2 pixels');
  const one = image(Uint8Array.of(1, 0), [1, 2, 1]);
  expect(() => measureRegions(one, ['intensity_mean'])).toThrow('need the image beside the labels');
});
