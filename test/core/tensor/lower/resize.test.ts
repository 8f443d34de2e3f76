import { describe, it } from 'vitest';
import { type Tensor, type Tensor4D, tf } from '../../../../core/tensor/index.js';
import { expectSame, pattern } from '../run.js';

describe('resampling, compiled and eager', () => {
  it.each<[boolean, boolean]>([
    [false, false],
    [false, true],
    [true, false],
  ])('corners aligned: %s, half-pixel centres: %s', (align, half) =>
    expectSame(new Map([['x', pattern([2, 4, 5, 3])]]), (feeds) => {
      const x = feeds.get('x') as Tensor4D;
      return new Map<string, Tensor>([
        ['linear', tf.image.resizeBilinear(x, [7, 10], align, half)],
        ['smaller', tf.image.resizeBilinear(x, [3, 2], align, half)],
        ['nearest', tf.image.resizeNearestNeighbor(x, [8, 10], align, half)],
      ]);
    }),
  );
});
