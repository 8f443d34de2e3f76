import { expect, it } from 'vitest';
import { tf } from '../../../core/tensor/index.js';
import { networkLoss } from '../../../plugins/loss/network.js';

it('is the first output, whatever the target', () => {
  void tf.setBackend('cpu');
  const loss = networkLoss.build({});
  const output = [tf.scalar(0.25), tf.zeros([1, 4, 4])];
  expect(loss(output, tf.zeros([1])).dataSync()[0]).toBe(0.25);
  expect(networkLoss.needsTarget).toBe(false);
});

it('says that other networks have none', () => {
  const loss = networkLoss.build({});
  expect(() => loss([tf.zeros([2, 8, 8, 1])], tf.zeros([1]))).toThrow(/first output of this one has the shape 2×8×8×1/);
});
