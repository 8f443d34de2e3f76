import fc from 'fast-check';
import { expect, test } from 'vitest';
import { untaken } from '../../../core/compute/untaken.js';

test('threads that take turns in any way get everything once, each in the order of the list', () => {
  fc.assert(
    fc.property(fc.nat(30), fc.array(fc.nat(2), { maxLength: 60 }), (count, turns) => {
      const all = Array.from({ length: count }, (_, i) => i);
      const taken = new Int32Array(new SharedArrayBuffer(4));
      const threads = [all, all, new Set(all)].map((list) => untaken(list, taken));
      const got: number[][] = [[], [], []];
      for (const turn of turns) {
        const { value, done } = threads[turn].next();
        if (!done) got[turn].push(value);
      }
      for (const [turn, thread] of threads.entries()) got[turn].push(...thread);
      expect(got.flat().sort((a, b) => a - b)).toEqual(all);
      for (const list of got) expect(list).toEqual([...list].sort((a, b) => a - b));
    }),
  );
});
