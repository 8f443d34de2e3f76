import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { reduceClasses } from '../../../plugins/postprocessor/class-channel.js';
import { classAt, findPoints, onGridOf } from '../../../plugins/postprocessor/find-points.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const OPTIONS = {
  method: 'peak_local_max' as const,
  threshold: 0.2,
  minDistance: 1,
  excludeBorder: false,
  blobs: { minSigma: 1, maxSigma: 3, scales: 3 },
  classes: 2,
};

/** Bells of a height at some places of a plane of 30 × 40. */
function bells(...places: [y: number, x: number, height: number][]) {
  const data = new Float32Array(30 * 40);
  for (const [y, x, height] of places)
    for (let i = 0; i < data.length; i++)
      data[i] = Math.max(data[i], height * Math.exp(-((Math.floor(i / 40) - y) ** 2 + ((i % 40) - x) ** 2) / 8));
  return image(data, [30, 40, 1]);
}

test.each(['peak_local_max', 'blob_log'] as const)('%s finds what stands out, the strongest first', (method) => {
  const found = findPoints(bells([8, 9, 0.7], [20, 30, 0.9]), { ...OPTIONS, method });
  expect(found.coordinates).toEqual([
    [20, 30],
    [8, 9],
  ]);
  expect(found.ids).toEqual([1, 2]);
  expect(found.probabilities[1]).toBeCloseTo(0.7, 6);
});

test('thresholds are fixed, or those of the image; borders may be left out', () => {
  const picture = bells([8, 1, 0.3], [20, 30, 0.9]);
  expect(findPoints(picture, { ...OPTIONS, threshold: 0.5 }).coordinates).toEqual([[20, 30]]);
  expect(findPoints(picture, { ...OPTIONS, threshold: 'otsu' }).coordinates).toContainEqual([20, 30]);
  expect(findPoints(picture, { ...OPTIONS, minDistance: 3, excludeBorder: true }).coordinates).toEqual([[20, 30]]);
});

test('an image of one value has no points', () => {
  const flat = image(new Float32Array(100).fill(0.9), [10, 10, 1]);
  expect(findPoints(flat, OPTIONS).coordinates).toEqual([]);
});

test('the class is the most frequent one around the point, not over the whole row', () => {
  const data = new Float32Array(2 * 100);
  const set = (y: number, x: number, id: number) => {
    data[2 * (10 * y + x) + 1] = id;
  };
  set(4, 4, 2);
  set(5, 5, 2);
  set(4, 5, 3);
  for (let x = 7; x < 10; x++) set(5, x, 3);
  const picture = image(data, [10, 10, 2]);
  expect(classAt(picture, [5, 5])).toBe(2);
  set(5, 4, 3);
  // Equally frequent: the smaller one.
  expect(classAt(picture, [5, 5])).toBe(2);
  expect(classAt(picture, [0, 0])).toBe(1);
});

test('along z the window holds the plane before and the own one', () => {
  const data = new Float32Array(2 * 3 * 16);
  for (let i = 0; i < 16; i++) data[2 * (32 + i) + 1] = 2;
  const picture = image(data, [3, 4, 4, 2]);
  expect(classAt(picture, [1, 2, 2])).toBe(1);
  expect(classAt(picture, [2, 2, 2])).toBe(2);
});

test('a class head becomes one channel of ids', () => {
  const picture = image(Float32Array.of(0.9, 0.1, 0.7, 0.2, 0.8, 0.5, 0.5, 0), [1, 2, 4]);
  const reduced = reduceClasses(picture, 3);
  expect(reduced.shape).toEqual([1, 2, 2]);
  expect([...reduced.data]).toEqual([expect.closeTo(0.9, 6), 1, expect.closeTo(0.8, 6), 0]);
});

test('points that are close are dropped with all that belongs to them', async () => {
  const foundPoints = {
    coordinates: [
      [5, 5],
      [5, 7],
      [9, 9],
    ],
    ids: [1, 2, 3],
    probabilities: [0.9, 0.8, 0.7],
    classes: [1, 2, 1],
  };
  const near = node('near', 'postprocessor/remove-close-points', { radius: 2, spacing: [1, 1] });
  const [sample] = await bench().run(near, [sampleOf(ramp([10, 10, 1]), { facts: { foundPoints } })]);
  expect(sample.facts.foundPoints).toEqual({
    coordinates: [
      [5, 5],
      [9, 9],
    ],
    ids: [1, 3],
    probabilities: [0.9, 0.7],
    classes: [1, 1],
  });
  await expect(bench().run(near, [sampleOf(ramp([3, 3, 1]))])).rejects.toThrow('no node before it has found any');
});

test('points of a zoomed prediction lie on the grid of the image', () => {
  const found = {
    coordinates: [
      [0, 0],
      [19, 5],
      [13, 11],
    ],
    ids: [1, 2, 3],
    probabilities: [1, 1, 1],
  };
  const back = onGridOf(ramp([10, 24, 1]), ramp([20, 12, 1]), found);
  expect(back).toEqual({
    ...found,
    coordinates: [
      [0, 0],
      [9, 10],
      [7, 22],
    ],
  });
  expect(onGridOf(ramp([20, 12, 1]), ramp([20, 12, 1]), found)).toBe(found);
});
