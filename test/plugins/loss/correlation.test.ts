import { expect, it } from 'vitest';
import { tf } from '../../../core/tensor/index.js';
import { decorrelation } from '../../../plugins/loss/correlation.js';
import { expectTorch } from './images.js';

it('equals PyTorch', () => expectTorch('PCC', decorrelation()));

it('is blind to brightness and contrast, and 1 for a flat image', () => {
  const target = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  expect(decorrelation()([tf.add(tf.mul(target, 3), 7)], target).dataSync()[0]).toBeCloseTo(0, 5);
  expect(decorrelation()([tf.onesLike(target)], target).dataSync()[0]).toBe(1);
});
