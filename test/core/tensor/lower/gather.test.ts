import fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Tensor, tf } from '../../../../core/tensor/index.js';
import { expectSame, pattern } from '../run.js';

const OPERATIONS: Record<string, (x: Tensor) => Tensor> = {
  gather: (x) => tf.gather(x, tf.tensor1d([2, 0, 1, 2], 'int32'), 1),
  'gather by a table': (x) => tf.gather(x, tf.tensor2d([2, 0, 1, 2], [2, 2], 'int32'), 2),
  oneHot: (x) => tf.oneHot(tf.cast(tf.add(tf.mul(x, 2), 1), 'int32'), 3),
};

describe('picking elements, compiled and eager', () => {
  it.each(Object.keys(OPERATIONS))('%s, in any storage order', async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
        const inverse = order.map((_, axis) => order.indexOf(axis));
        const shape = order.map((axis) => [2, 3, 4, 5][axis]);
        return expectSame(
          new Map([['x', pattern(shape)]]),
          (feeds) => new Map([['y', OPERATIONS[name](tf.transpose(feeds.get('x')!, inverse))]]),
        );
      }),
      { numRuns: 6, seed: 12 },
    );
  });

  it('gather, whose gradient adds up', () =>
    expectSame(new Map([['x', pattern([4, 3, 2])]]), (feeds) => {
      const pick = (x: Tensor) => tf.gather(x, tf.tensor1d([2, 0, 2, 2], 'int32'), 1);
      const loss = (x: Tensor) => tf.sum(tf.mul(pick(x), tf.reshape(tf.range(0, 32), [4, 4, 2])));
      return new Map([['dx', tf.grad(loss)(feeds.get('x')!)]]);
    }));
});
