import { describe, it } from 'vitest';
import { type Tensor, type Tensor4D, type Tensor5D, tf } from '../../../../core/tensor/index.js';
import { expectSame, pattern } from '../run.js';

const POOLS: Record<string, [number[], (x: Tensor) => Tensor]> = {
  'max, overlapping windows': [[2, 7, 8, 2], (x) => tf.maxPool(x as Tensor4D, 3, 2, 'same')],
  'max, wider steps than windows': [[1, 7, 7, 2], (x) => tf.maxPool(x as Tensor4D, 2, 3, 'valid')],
  'max, 3D, overlapping': [[1, 5, 6, 5, 2], (x) => tf.maxPool3d(x as Tensor5D, 3, 2, 'valid')],
  average: [[2, 6, 8, 3], (x) => tf.avgPool(x as Tensor4D, 2, 2, 'valid')],
  'average, part left over': [[2, 7, 9, 3], (x) => tf.avgPool(x as Tensor4D, 2, 2, 'valid')],
  'average, 3D': [[1, 4, 6, 4, 2], (x) => tf.avgPool3d(x as Tensor5D, 2, 2, 'valid')],
};

describe('pooling and its gradient, compiled and eager', () => {
  it.each(Object.keys(POOLS))('%s', (name) => {
    const [shape, pool] = POOLS[name];
    return expectSame(new Map([['x', pattern(shape)]]), (feeds) => {
      const x = feeds.get('x')!;
      const gradient = tf.grad((v: Tensor) => tf.sum(tf.square(pool(v))))(x);
      return new Map([
        ['y', pool(x)],
        ['dx', gradient],
      ]);
    });
  });
});
