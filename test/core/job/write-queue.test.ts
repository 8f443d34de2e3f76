import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WriteQueue } from '../../../core/job/write-queue.js';

it('runs in order, one at a time', async () => {
  const queue = new WriteQueue();
  const done: string[] = [];
  for (const [i, wait] of [5, 0, 2].entries())
    queue.push(async () => {
      done.push(`start ${i}`);
      await setTimeout(wait);
      done.push(`end ${i}`);
    });
  await queue.settled();
  expect(done).toEqual(['start 0', 'end 0', 'start 1', 'end 1', 'start 2', 'end 2']);
});

it('the latest of a key replaces those that wait', async () => {
  const queue = new WriteQueue();
  const done: number[] = [];
  for (let i = 0; i < 5; i++) queue.push(async () => void done.push(i), 'chart');
  await queue.settled();
  expect(done).toEqual([4]);
});

it('tells the first failure at once and at the end, and drops the rest', async () => {
  const heard: unknown[] = [];
  const queue = new WriteQueue((error) => heard.push(error));
  const error = new Error('full');
  let ran = false;
  queue.push(() => Promise.reject(error));
  queue.push(async () => {
    ran = true;
  });
  await expect(queue.settled()).rejects.toBe(error);
  queue.push(async () => {
    ran = true;
  });
  await expect(queue.settled()).rejects.toBe(error);
  expect([heard, ran]).toEqual([[error], false]);
});
