import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { relabelSequential } from '../../../core/nd/relabel-sequential.js';

test('numbers keep their order and lose their gaps', () => {
  const { labels, ids } = relabelSequential(image(Uint16Array.of(7, 0, 300, 7, 2, 0), [2, 3, 1]));
  expect([...labels.data]).toEqual([2, 0, 3, 2, 1, 0]);
  expect(labels.dtype).toBe('uint32');
  expect(ids).toEqual([2, 7, 300]);
});

test('numbers beyond a table, and the first of several channels', () => {
  const { labels, ids } = relabelSequential(image(Uint32Array.of(4e9, 5, 20, 6, 0, 7), [1, 3, 2]));
  expect([...labels.data]).toEqual([2, 1, 0]);
  expect(ids).toEqual([20, 4e9]);
});
