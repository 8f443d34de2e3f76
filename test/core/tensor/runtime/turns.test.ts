import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inTurn } from '../../../../core/tensor/runtime/turns.js';

describe('calls in turn', () => {
  it('start when the one before has ended, and go on after a failure', async () => {
    const turn = inTurn();
    const events: string[] = [];
    const work = (name: string, ms: number, fail = false) =>
      turn(async () => {
        events.push(`${name} starts`);
        await setTimeout(ms);
        events.push(`${name} ends`);
        if (fail) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([work('a', 8), work('b', 1, true), work('c', 0)]);
    expect(events).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
