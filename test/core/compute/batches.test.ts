import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Batches } from '../../../core/compute/batches.js';

function doubling(most: number, messages: number[][]): Batches<number, number> {
  return new Batches(most, async (inputs) => {
    messages.push([...inputs]);
    if (inputs.includes(13)) throw new Error('13');
    return inputs.map((input) => 2 * input);
  });
}

test('requests of one moment share messages, and each gets its own answer', async () => {
  const messages: number[][] = [];
  const batches = doubling(2, messages);
  const first = [1, 2, 3].map((input) => batches.ask(input));
  await Promise.resolve();
  const all = [...first, ...[4, 5].map((input) => batches.ask(input))];
  expect(await Promise.all(all)).toEqual([2, 4, 6, 8, 10]);
  expect(messages).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  expect(await batches.ask(6)).toBe(12);
  expect(messages).toHaveLength(3);
});

test('an error is that of its message alone', async () => {
  const batches = doubling(2, []);
  const asked = [1, 13, 3, 4].map((input) => batches.ask(input));
  const settled = await Promise.allSettled(asked);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
  await setTimeout(0);
  expect(await batches.ask(5)).toBe(10);
});
