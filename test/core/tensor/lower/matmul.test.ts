import fc from 'fast-check';
import { describe, it } from 'vitest';
import { tf } from '../../../../core/tensor/index.js';
import { expectSame, pattern } from '../run.js';

describe('matrix products, compiled and eager', () => {
  it('transposed or not, by attribute or by storage order, with broadcast batches', async () => {
    const flags = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(flags, ([transposeA, transposeB, storedA, storedB, single]) => {
        const a = transposeA ? [3, 5, 4] : [3, 4, 5];
        const b = transposeB ? [single ? 1 : 3, 2, 5] : [single ? 1 : 3, 5, 2];
        const swap = (shape: number[], swapped: boolean) => (swapped ? [shape[0], shape[2], shape[1]] : shape);
        return expectSame(
          new Map([
            ['a', pattern(swap(a, storedA), 1)],
            ['b', pattern(swap(b, storedB), 2)],
          ]),
          (feeds) => {
            const left = storedA ? tf.transpose(feeds.get('a')!, [0, 2, 1]) : feeds.get('a')!;
            const right = storedB ? tf.transpose(feeds.get('b')!, [0, 2, 1]) : feeds.get('b')!;
            return new Map([['y', tf.matMul(left, right, transposeA, transposeB)]]);
          },
        );
      }),
      { numRuns: 16, seed: 11 },
    );
  });
});
