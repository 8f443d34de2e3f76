import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { rayDirections, rayDistances } from '../../../core/instances/rays.js';
import { starObjects } from '../../../core/instances/star-objects.js';
import { cases, golden } from '../../fixtures/objects/load.js';

test.each(cases.star)(
  '$source, from $threshold on, overlaps up to $overlap',
  ({ source, rays, expected, ...options }) => {
    const found = starObjects(golden(source, 'last'), 0, 1, rays, options);
    expect(found.shape).toEqual(golden(expected).shape);
    expect(found.data).toEqual(golden(expected).data);
  },
);

/** Probabilities that peak in the middles of objects, and the true distances. */
function truePrediction(labels: Image, centres: readonly number[], rays: number): Image {
  const axes = (labels.shape.length - 1) as 2 | 3;
  const distances = rayDistances(labels, rayDirections(rays, axes));
  const pixels = labels.data.length;
  const data = new Float32Array(pixels * (rays + 1));
  for (let at = 0; at < pixels; at++) {
    data[at * (rays + 1)] = centres.includes(at) ? 0.9 : 0.1;
    for (let k = 0; k < rays; k++) data[at * (rays + 1) + 1 + k] = distances[k][at];
  }
  return image(data, [...labels.shape.slice(0, -1), rays + 1]);
}

function disks(sides: readonly number[], middles: readonly (readonly number[])[], radius: number): Image {
  const size = sides.reduce((product, side) => product * side, 1);
  const data = new Uint16Array(size);
  for (let at = 0; at < size; at++) {
    const place = sides.map(
      (_, axis) => Math.floor(at / sides.slice(axis + 1).reduce((a, b) => a * b, 1)) % sides[axis],
    );
    for (const [i, middle] of middles.entries())
      if (Math.hypot(...place.map((p, axis) => p - middle[axis])) <= radius) data[at] = i + 1;
  }
  return image(data, [...sides, 1]);
}

test('true distances of round objects give these objects again', () => {
  const flat = disks(
    [30, 40],
    [
      [9, 10],
      [18, 27],
    ],
    7.2,
  );
  const again = starObjects(truePrediction(flat, [9 * 40 + 10, 18 * 40 + 27], 64), 0, 1, 64);
  const wrong = [...again.data].filter((label, at) => label !== flat.data[at]);
  expect(wrong.length).toBeLessThan(0.03 * [...flat.data].filter((label) => label > 0).length);
  const deep = disks(
    [18, 18, 34],
    [
      [8, 8, 9],
      [9, 9, 25],
    ],
    6.2,
  );
  const centres = [(8 * 18 + 8) * 34 + 9, (9 * 18 + 9) * 34 + 25];
  const solid = starObjects(truePrediction(deep, centres, 96), 0, 1, 96);
  const volume = [...deep.data].filter((label) => label > 0).length;
  expect([...solid.data].filter((label, at) => label !== deep.data[at]).length).toBeLessThan(0.12 * volume);
});

test('a prediction on a grid is drawn in pixels of the image', () => {
  const data = new Float32Array(6 * 6 * 5);
  data.set([1, 4, 4, 4, 4], (2 * 6 + 3) * 5);
  const found = starObjects(image(data, [6, 6, 5]), 0, 1, 4, { grid: [2, 2] });
  expect(found.shape).toEqual([12, 12, 1]);
  expect([...found.data].filter((label) => label === 1)).toHaveLength(41);
  expect(found.data[4 * 12 + 6]).toBe(1);
});

test('nothing above the threshold, and objects without extent in a volume, are no objects', () => {
  expect(new Set(starObjects(image(new Float32Array(50), [5, 5, 2]), 0, 1, 1, { threshold: 0.1 }).data)).toEqual(
    new Set([0]),
  );
  const flat = new Float32Array(27 * 13).fill(0);
  flat[13 * 13] = 1;
  expect(new Set(starObjects(image(flat, [3, 3, 3, 13]), 0, 1, 12).data)).toEqual(new Set([0]));
});

test('every object has a pixel of its own label or is covered, and labels follow the probabilities', () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 64 * 9, maxLength: 64 * 9 });
  fc.assert(
    fc.property(values, (numbers) => {
      const picture = image(
        Float32Array.from(numbers, (value, i) => (i % 9 === 0 ? value : 3 * value)),
        [8, 8, 9],
      );
      const found = starObjects(picture, 0, 1, 8, { threshold: 0.5, overlap: 0 });
      // Without any overlap allowed, no object lies over another.
      const probabilities = new Map<number, number>();
      for (let at = 0; at < 64; at++) {
        const label = found.data[at];
        if (label > 0) probabilities.set(label, Math.max(probabilities.get(label) ?? 0, picture.data[9 * at]));
      }
      const labels = [...probabilities.keys()].sort((a, b) => a - b);
      expect(labels).toEqual(labels.map((_, i) => i + 1));
    }),
    { numRuns: 40 },
  );
});
