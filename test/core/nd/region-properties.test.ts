import { expect, test } from 'vitest';
import { regionProperties } from '../../../core/config/check/region-properties.js';
import { image } from '../../../core/image/image.js';
import { measureNames, measureRegions } from '../../../core/nd/region-properties.js';
import { cases as further } from '../../fixtures/objects/load.js';
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

test.each(further.measures)(
  'hulls, moments and outlines of $source are those of scikit-image',
  ({ source, values }) => {
    const columns = Object.keys(Object.values(values)[0]);
    const names = [...new Set(columns.map((column) => column.replace(/(-\d+)+$/, '')))];
    const regions = measureRegions(golden(source), names, { intensity: golden(`${source}-brightness`) });
    for (const region of regions)
      for (const [name, value] of Object.entries(values[region.label]))
        expect(Math.abs(region.values[name] - value), `${name} of object ${region.label}`).toBeLessThan(
          1e-4 * Math.max(1, Math.abs(value)),
        );
  },
);

test.each(further.pictures)('pixels of an object of $source, written out', (wanted) => {
  const names = ['image', 'image_convex', 'image_filled', 'coords', 'slice'];
  const { texts } = measureRegions(golden(wanted.source), names).find(({ label }) => label === wanted.label)!;
  const written = (rows: unknown[]): string =>
    rows
      .map((row) => (Array.isArray(row) && Array.isArray(row[0]) ? written(row) : (row as number[]).join('')))
      .join(Array.isArray((rows[0] as unknown[])[0]) ? '|' : '/');
  expect(texts.image).toBe(written(wanted.image));
  expect(texts.image_convex).toBe(written(wanted.convex));
  expect(texts.image_filled).toBe(written(wanted.filled));
  expect(texts.coords).toBe(wanted.coords.map((place) => place.join(' ')).join('; '));
});

test('places in units of the spacing, slices and brightness as text', () => {
  const labels = image(Uint8Array.of(0, 0, 0, 5, 0, 5), [2, 3, 1]);
  const intensity = image(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3, 1]);
  const names = ['coords_scaled', 'slice', 'image_intensity'];
  const [{ texts }] = measureRegions(labels, names, { spacing: [2, 0.5], intensity });
  expect(texts).toEqual({ coords_scaled: '2 0; 2 1', slice: '1:2 0:3', image_intensity: '4 0 6' });
});

test('all names that the configuration knows can be measured', () => {
  for (const name of regionProperties) expect(measureNames).toContain(name);
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
