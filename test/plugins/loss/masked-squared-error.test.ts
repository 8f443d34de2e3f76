import { expect, it } from 'vitest';
import { tf } from '../../../core/tensor/index.js';
import { maskedSquaredError } from '../../../plugins/loss/masked-squared-error.js';
import { expectReference } from './reference.js';

it('equals the reference', () => expectReference('N2V_MSE', maskedSquaredError(), ['n2v_pred'], 'n2v_target'));

it('counts the pixels of the mask only, for each channel its own', () => {
  const prediction = tf.tensor4d([1, 10, 2, 20], [1, 1, 2, 2]);
  // Values of both channels, then their masks.
  const target = tf.tensor4d([4, 0, 1, 0, 0, 25, 0, 1], [1, 1, 2, 4]);
  expect(maskedSquaredError()([prediction], target).dataSync()[0]).toBe((9 + 25) / 2);
});

it('is 0 when no pixel was replaced', () => {
  expect(maskedSquaredError()([tf.ones([1, 2, 2, 1])], tf.zeros([1, 2, 2, 2])).dataSync()[0]).toBe(0);
});
