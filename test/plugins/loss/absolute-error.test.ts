import { expect, it } from 'vitest';
import { tf } from '../../../core/tensor/index.js';
import { absoluteError } from '../../../plugins/loss/absolute-error.js';
import { expectReference } from './reference.js';

it('equals the reference', () => expectReference('MAE', absoluteError(), ['reg_pred'], 'reg_target'));

it('has no slope where prediction and target agree, and brings a smaller prediction to the size of the target', () => {
  const [prediction, target] = [tf.tensor4d([1, 2], [1, 1, 2, 1]), tf.tensor4d([1, 4], [1, 1, 2, 1])];
  const { grads } = tf.engine().gradients(() => absoluteError()([prediction], target), [prediction]);
  expect([...grads[0].dataSync()]).toEqual([0, -0.5]);
  const large = tf.ones([1, 4, 4, 1]);
  expect(absoluteError()([tf.ones([1, 2, 2, 1])], large).dataSync()[0]).toBeCloseTo(0, 6);
});
