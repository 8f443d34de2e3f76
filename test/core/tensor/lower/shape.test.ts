import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../../core/tensor/compile.js';
import { type Tensor, type Tensor4D, tf } from '../../../../core/tensor/index.js';
import { trace } from '../../../../core/tensor/trace.js';
import { expectSame, pattern } from '../run.js';

const OPERATIONS: Record<string, (x: Tensor) => Tensor> = {
  concat: (x) => tf.concat([x, tf.neg(x), tf.ones([2, 3, 4, 1])], -1),
  expandDims: (x) => tf.expandDims(x, -2),
  pad: (x) =>
    tf.pad(
      x,
      [
        [0, 1],
        [2, 0],
        [1, 1],
        [0, 3],
      ],
      0.5,
    ),
  reshape: (x) => tf.reshape(x, [6, 4, 5]),
  'reshape, mixing': (x) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [10, 12]),
  'reshape to groups': (x) => tf.reshape(tf.reshape(x, [2, 12, 5, 1]), [2, 3, 4, 5]),
  'mirror pad': (x) =>
    tf.mirrorPad(
      x,
      [
        [0, 1],
        [2, 1],
        [0, 0],
        [1, 3],
      ],
      'reflect',
    ),
  'mirror pad, edge repeated': (x) =>
    tf.mirrorPad(
      x,
      [
        [0, 2],
        [1, 3],
        [0, 0],
        [5, 0],
      ],
      'symmetric',
    ),
  reverse: (x) => tf.reverse(x, [1, 3]),
  slice: (x) => tf.slice(x, [0, 1, 0, 2], [2, 2, -1, 2]),
  split: (x) => tf.concat(tf.split(x, [1, 3, 1], 3).reverse(), 3),
  squeeze: (x) => tf.squeeze(tf.slice(x, [0, 1, 0, 0], [2, 1, 4, 5])),
  stack: (x) => tf.stack([x, tf.square(x)], 2),
  tile: (x) => tf.tile(x, [1, 2, 1, 3]),
  'tile by broadcasting': (x) => tf.mul(tf.tile(tf.mean(x, [1, 2], true), [1, 3, 4, 1]), x),
  transpose: (x) => tf.transpose(x, [3, 1, 0, 2]),
  unstack: (x) => tf.addN(tf.unstack(x, 1)),
};

describe('moving elements, compiled and eager, in any storage order', () => {
  it.each(Object.keys(OPERATIONS))('%s', async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
        const inverse = order.map((_, axis) => order.indexOf(axis));
        const shape = order.map((axis) => [2, 3, 4, 5][axis]);
        return expectSame(
          new Map([['x', pattern(shape)]]),
          (feeds) => new Map([['y', OPERATIONS[name](tf.transpose(feeds.get('x')!, inverse))]]),
        );
      }),
      { numRuns: 6, seed: 10 },
    );
  });

  it('of gradients too', () =>
    expectSame(new Map([['x', pattern([2, 3, 4, 5])]]), (feeds) => {
      const loss = (x: Tensor) =>
        tf.sum(
          tf.square(
            tf.concat(
              [
                tf.pad(x, [
                  [0, 0],
                  [1, 0],
                  [0, 0],
                  [0, 0],
                ]),
                tf.slice(tf.tile(x, [1, 2, 1, 1]), [0, 0, 0, 0], [2, 4, 4, 5]),
              ],
              1,
            ),
          ),
        );
      return new Map([['dx', tf.grad(loss)(feeds.get('x')!)]]);
    }));
});

describe('what moves nothing costs no node', () => {
  const nodes = (compute: (x: Tensor) => Tensor) =>
    compile(trace('f', [{ name: 'x', shape: [2, 8, 8, 4] }], (feeds) => new Map([['y', compute(feeds.get('x')!)]])))
      .nodeCount;

  it('a reshape to the same shape, a transposition there and back', () => {
    const plain = nodes((x) => tf.relu(x));
    expect(nodes((x) => tf.reshape(tf.relu(x), [2, 8, 8, 4]))).toBe(plain);
    expect(nodes((x) => tf.transpose(tf.transpose(tf.relu(x), [0, 3, 1, 2]), [0, 2, 3, 1]))).toBe(plain);
  });

  it('transpositions between convolutions', () => {
    const filter = () => tf.ones([3, 3, 4, 4]) as Tensor4D;
    const one = nodes((x) => tf.conv2d(x as Tensor4D, filter(), 1, 'same'));
    const two = nodes((x) => tf.conv2d(tf.relu(tf.conv2d(x as Tensor4D, filter(), 1, 'same')), filter(), 1, 'same'));
    expect(two - one).toBe(2);
  });
});
