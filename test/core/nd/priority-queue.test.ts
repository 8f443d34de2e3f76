import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PriorityQueue } from '../../../core/nd/priority-queue.js';

test('gives what was put in, the least first, whenever it is asked', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined })), (steps) => {
      const queue = new PriorityQueue<number>((a, b) => a < b);
      const held: number[] = [];
      for (const step of steps) {
        if (step === undefined) {
          held.sort((a, b) => a - b);
          expect(queue.pop()).toBe(held.shift());
        } else {
          queue.push(step);
          held.push(step);
        }
        expect(queue.length).toBe(held.length);
      }
    }),
  );
});
