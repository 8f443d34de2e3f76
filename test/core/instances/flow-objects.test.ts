import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { flowObjects, medianDiameter } from '../../../core/instances/flow-objects.js';
import { centreFlows } from '../../../core/instances/flows.js';
import { cases, golden } from '../../fixtures/objects/load.js';

test.each(cases.flow)('$source, $steps steps, errors up to $largestError', ({ source, expected, ...options }) => {
  const { data, shape } = golden(source, 'last');
  const sides = shape.slice(0, -1);
  const flows = sides.map((_, axis) => (data as Float32Array).filter((_, i) => i % sides.length === axis));
  const found = flowObjects(flows, golden(`${source}-mask`).data as Uint8Array, sides, options);
  const wanted = golden(expected).data;
  // Where a step ends on the edge between two pixels, rounding decides.
  const wrong = [...found.data].filter((label, at) => label !== wanted[at]);
  expect(wrong.length).toBeLessThan(0.002 * wanted.length);
  expect(new Set(found.data)).toEqual(new Set(wanted));
});

test.each([[[26, 40]], [[15, 16, 30]]])('flows of round objects in %j lead back to them', (sides) => {
  const labels = new Uint16Array(sides.reduce((product, side) => product * side, 1));
  const middles = [0.25, 0.74].map((share) =>
    sides.map((side, axis) => (axis === sides.length - 1 ? share * side : side / 2)),
  );
  const strides = sides.map((_, axis) => sides.slice(axis + 1).reduce((product, side) => product * side, 1));
  for (const at of labels.keys()) {
    const place = sides.map((side, axis) => Math.floor(at / strides[axis]) % side);
    labels[at] = 1 + middles.findIndex((middle) => Math.hypot(...place.map((p, axis) => p - middle[axis])) < 6);
  }
  const picture = image(labels, [...sides, 1]);
  const found = flowObjects(
    centreFlows(picture),
    Uint8Array.from(labels, (label) => Number(label > 0)),
    sides,
  );
  const pairs = new Set([...found.data].map((label, at) => `${label} ${labels[at]}`));
  expect(pairs.size).toBe(3);
});

test('without a foreground there is nothing, and few pixels are no object', () => {
  const none = new Uint8Array(30);
  const still = [new Float32Array(30), new Float32Array(30)];
  expect(new Set(flowObjects(still, none, [5, 6]).data)).toEqual(new Set([0]));
  expect(
    new Set(
      flowObjects(
        still,
        none.map(() => 1),
        [5, 6],
      ).data,
    ),
  ).toEqual(new Set([0]));
});

test('the diameter is that of circles, or spheres, as large as the median part', () => {
  const row = Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1, 1, 0);
  expect(medianDiameter(row, [1, 10])).toBeCloseTo(2 * Math.sqrt(2 / Math.PI));
  expect(medianDiameter(row.subarray(0, 4), [1, 4])).toBeUndefined();
  const cubes = new Uint8Array(8 * 3 * 11);
  for (const [at] of cubes.entries()) cubes[at] = Number(at % 11 !== 3 && at % 11 !== 7);
  expect(medianDiameter(cubes, [8, 3, 11])).toBeCloseTo(2 * ((3 * 72) / (4 * Math.PI)) ** (1 / 3));
  expect(image(cubes, [8, 3, 11, 1]).shape).toHaveLength(4);
});
