import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { mapCoordinates } from '../../../core/nd/map-coordinates.js';
import type { SplineBorder, SplineOrder } from '../../../core/nd/spline.js';

interface Golden {
  shape: number[];
  picture: number[];
  places: number[][];
  values: { border: SplineBorder; order: SplineOrder; values: number[] }[];
}

const golden: Golden[] = JSON.parse(
  readFileSync(new URL('../../fixtures/nd/map-coordinates/golden.json', import.meta.url), 'utf8'),
);
const cases = golden.flatMap((one) => one.values.map((expected) => ({ ...one, ...expected, ndim: one.shape.length })));
const list = (length: number) => (length === 2 ? [1] : [1, 1]);

test.each(cases)('$ndim D, order $order, $border agrees with scipy', (one) => {
  const picture = image(Float64Array.from(one.picture), [...one.shape, 1]);
  const places = one.places.map((values) => Float64Array.from(values));
  const size = [...list(one.ndim), places[0].length];
  const found = mapCoordinates(picture, places, size, { order: one.order, border: one.border, fill: 0.5 });
  expect(found.shape).toEqual([...size, 1]);
  found.data.forEach((value, i) => {
    expect(Math.abs(value - one.values[i]), `at ${one.places.map((axis) => axis[i])}`).toBeLessThan(1e-5);
  });
});

describe('images of several planes and channels', () => {
  const { shape, picture, places, values } = golden[0];
  const { values: expected } = values.find(({ border, order }) => border === 'reflect' && order === 3)!;

  test('are mapped plane by plane and channel by channel', () => {
    const doubled = picture.flatMap((value) => [value, 2 * value]);
    const volume = image(Float32Array.from([...doubled, ...doubled.map((value) => value + 1)]), [2, ...shape, 2]);
    const { data, shape: found } = mapCoordinates(
      volume,
      places.map((axis) => Float64Array.from(axis)),
      [4, 6],
      { order: 3, border: 'reflect' },
    );
    expect(found).toEqual([2, 4, 6, 2]);
    expected.forEach((value, i) => {
      expect(data[2 * i]).toBeCloseTo(value, 5);
      expect(data[2 * i + 1]).toBeCloseTo(2 * value, 5);
      expect(data[48 + 2 * i]).toBeCloseTo(value + 1, 5);
    });
  });

  test('labels keep their ids and type', () => {
    const labels = image(Uint16Array.of(7, 300, 0, 9), [2, 2, 1]);
    const found = mapCoordinates(labels, [Float64Array.of(0.4, 0.6), Float64Array.of(0.6, -0.2)], [1, 2], {
      order: 0,
      border: 'edge',
    });
    expect(found).toMatchObject({ dtype: 'uint16', data: Uint16Array.of(300, 0) });
  });

  test('coordinates that do not fill the result are refused', () => {
    const flat = image(new Float32Array(4), [2, 2, 1]);
    expect(() =>
      mapCoordinates(flat, [new Float64Array(3), new Float64Array(3)], [2, 2], { order: 1, border: 'edge' }),
    ).toThrow(RangeError);
  });
});
