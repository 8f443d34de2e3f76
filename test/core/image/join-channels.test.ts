import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { joinChannels } from '../../../core/image/join-channels.js';

test('channels follow each other in the order of the pictures', () => {
  const one = image(Float32Array.of(1, 2), [1, 2, 1]);
  const two = image(Float32Array.of(10, 11, 20, 21), [1, 2, 2]);
  const joined = joinChannels([one, two]);
  expect(joined.shape).toEqual([1, 2, 3]);
  expect([...joined.data]).toEqual([1, 10, 11, 2, 20, 21]);
  expect(joinChannels([one])).toBe(one);
});
