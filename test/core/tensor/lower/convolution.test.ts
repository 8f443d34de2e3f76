import { describe, it } from 'vitest';
import { type Tensor, type Tensor4D, tf } from '../../../../core/tensor/index.js';
import { expectSame, pattern } from '../run.js';

describe('depth-wise convolution of TensorFlow.js, compiled and eager', () => {
  it.each<[number, number, 'same' | 'valid']>([
    [1, 1, 'same'],
    [2, 1, 'same'],
    [1, 3, 'same'],
    [3, 2, 'valid'],
  ])('multiplier %i, stride %i, %s', (multiplier, stride, pad) =>
    expectSame(
      new Map([
        ['x', pattern([2, 7, 8, 3])],
        ['w', pattern([3, 2, 3, multiplier], 1)],
      ]),
      (feeds) => {
        const convolve = (x: Tensor, w: Tensor) => tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, stride, pad);
        const loss = (x: Tensor, w: Tensor) => tf.sum(tf.square(convolve(x, w)));
        const [dx, dw] = tf.grads(loss)([feeds.get('x')!, feeds.get('w')!]);
        return new Map<string, Tensor>([
          ['y', convolve(feeds.get('x')!, feeds.get('w')!)],
          ['dx', dx],
          ['dw', dw],
        ]);
      },
    ),
  );
});
