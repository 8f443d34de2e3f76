import fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Tensor, tf } from '../../../../core/tensor/index.js';
import { expectSame, pattern } from '../run.js';

const REDUCTIONS: Record<string, (x: Tensor, axes: number[], keep: boolean) => Tensor> = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  prod: tf.prod,
  any: (x, axes, keep) => tf.cast(tf.any(tf.greater(x, 0.9), axes, keep), 'float32'),
  all: (x, axes, keep) => tf.cast(tf.all(tf.greater(x, -0.9), axes, keep), 'float32'),
};

describe('reductions, compiled and eager', () => {
  it.each(Object.keys(REDUCTIONS))('%s over any axes, in any storage order', async (name) => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        fc.subarray([0, 1, 2, 3], { minLength: 1 }),
        fc.boolean(),
        (order, axes, keep) =>
          expectSame(
            new Map([['x', pattern([2, 3, 4, 5])]]),
            (feeds) => new Map([['y', REDUCTIONS[name](tf.transpose(feeds.get('x')!, order), axes, keep)]]),
          ),
      ),
      { numRuns: 10, seed: 9 },
    );
  });

  it('of values that wait to be broadcast', () =>
    expectSame(new Map([['x', pattern([3, 1])]]), (feeds) => {
      const wide = tf.mul(feeds.get('x')!, tf.ones([3, 4]));
      return new Map<string, Tensor>([
        ['sum', tf.sum(wide)],
        ['columns', tf.sum(wide, 1)],
        ['mean', tf.mean(wide, 1)],
        ['product', tf.prod(wide, 1)],
      ]);
    }));

  it('softmax, log-softmax, argument, running sum', () =>
    expectSame(new Map([['x', pattern([2, 3, 4, 5])]]), (feeds) => {
      const x = tf.transpose(feeds.get('x')!, [0, 2, 3, 1]);
      return new Map<string, Tensor>([
        ['softmax', tf.softmax(x)],
        ['logSoftmax', tf.logSoftmax(x)],
        ['argMax', tf.cast(tf.argMax(x, 1), 'float32')],
        ['argMin', tf.cast(tf.argMin(x, -1), 'float32')],
        ['cumsum', tf.cumsum(x, 1, true, true)],
      ]);
    }));

  it('largest elements and their places', () =>
    expectSame(new Map([['x', pattern([2, 3, 4, 7])]]), (feeds) => {
      const x = tf.transpose(feeds.get('x')!, [0, 3, 1, 2]);
      const { values, indices } = tf.topk(x, 3);
      return new Map<string, Tensor>([
        ['values', values],
        ['indices', tf.cast(indices, 'float32')],
      ]);
    }));

  it('cross-entropy over the softmax, with its gradient', () =>
    expectSame(
      new Map([
        ['x', pattern([2, 3, 4, 5], 0, 3)],
        ['t', pattern([2, 3, 4, 5], 1)],
      ]),
      (feeds) => {
        const target = tf.softmax(feeds.get('t')!);
        const loss = (x: Tensor) => tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(x)), -1)));
        const softmaxSum = (x: Tensor) => tf.sum(tf.mul(tf.softmax(x), feeds.get('t')!));
        return new Map<string, Tensor>([
          ['loss', loss(feeds.get('x')!)],
          ['gradient', tf.grad(loss)(feeds.get('x')!)],
          ['gradient of softmax', tf.grad(softmaxSum)(feeds.get('x')!)],
        ]);
      },
    ));
});
