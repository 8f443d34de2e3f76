import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BucketQueue } from '../../../core/nd/bucket-queue.js';

test('gives the item of the least priority that came first, whenever it is asked', () => {
  const priorities = 5000;
  const step = fc.option(fc.integer({ min: 0, max: priorities - 1 }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const queue = new BucketQueue(priorities, steps.length);
      const held: { priority: number; item: number }[] = [];
      for (const [item, priority] of steps.entries()) {
        if (priority === undefined) {
          held.sort((a, b) => a.priority - b.priority || a.item - b.item);
          expect(queue.pop()).toBe(held.shift()?.item ?? -1);
        } else {
          queue.push(priority, item);
          held.push({ priority, item });
        }
      }
    }),
  );
});

test('of one priority', () => {
  const queue = new BucketQueue(1, 3);
  for (const item of [2, 0, 1]) queue.push(0, item);
  expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()]).toEqual([2, 0, 1, -1]);
});
