import { expect, test } from 'vitest';
import { Scratch } from '../../../core/image/scratch.js';

test('memory is used again, and grows where it has to', () => {
  const scratch = new Scratch();
  const first = scratch.take('stored', 10);
  expect(first).toHaveLength(10);
  const shorter = scratch.take('stored', 4);
  expect(shorter).toHaveLength(4);
  expect(shorter.buffer).toBe(first.buffer);
  expect(scratch.take('decoded', 4).buffer).not.toBe(first.buffer);
  expect(scratch.take('stored', 20)).toHaveLength(20);
});
