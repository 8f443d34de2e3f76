import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { embeddingTarget } from '../../../core/instances/embedding-centres.js';

const labels = image(Uint8Array.of(7, 7, 0, 9, 7, 0, 0, 9, 0, 0, 0, 9), [3, 4, 1]);

test('objects are numbered by chance, without gaps', () => {
  const orders = [0, 0.99].map((chance) => [...embeddingTarget(labels, () => chance).numbers]);
  expect(new Set(orders.map((order) => order.join()))).toEqual(
    new Set(['1,1,0,2,1,0,0,2,0,0,0,2', '2,2,0,1,2,0,0,1,0,0,0,1']),
  );
});

test('centres are means, or the pixel nearest to all others, x first', () => {
  const [x, y] = embeddingTarget(labels, () => 0.99, { mode: 'centroid' }).centres;
  expect([x[0], y[0]].map((value) => Math.round(1e5 * value) / 1e5)).toEqual([0.33333, 0.33333]);
  expect([x[3], y[3], x[2]]).toEqual([3, 1, 0]);
  const medoids = embeddingTarget(labels, () => 0.99).centres;
  expect(medoids.map((along) => along[4])).toEqual([0, 0]);
  expect(medoids.map((along) => along[11])).toEqual([3, 1]);
});

test('of a large object some pixels stand for all', () => {
  const row = image(new Uint8Array(101).fill(1), [1, 101, 1]);
  expect(embeddingTarget(row, () => 0.5, { mostPoints: 1000 }).centres[0][0]).toBe(50);
  const [x] = embeddingTarget(row, () => 0.5, { mostPoints: 9 }).centres;
  expect(Number.isInteger(x[0]) && x[0] >= 0 && x[0] < 101).toBe(true);
});

test('a volume has a third centre', () => {
  const cube = image(new Uint8Array(27).fill(3), [3, 3, 3, 1]);
  expect(embeddingTarget(cube, () => 0).centres.map((along) => along[0])).toEqual([1, 1, 1]);
});
