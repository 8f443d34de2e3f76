import { expect, it } from 'vitest';
import { tf } from '../../../core/tensor/index.js';
import { laplacianError } from '../../../plugins/loss/laplacian.js';
import { expectTorch } from './images.js';

it('equals PyTorch', () => expectTorch('LAPLACIAN', laplacianError()));

it('does not see a slope', () => {
  const slope = tf.reshape(tf.range(0, 25), [1, 5, 5, 1]);
  expect(laplacianError()([slope], tf.zerosLike(slope)).dataSync()[0]).toBe(0);
});
