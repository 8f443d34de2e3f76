import { expect, test } from 'vitest';
import { activateChannels, type ChannelActivation } from '../../../../core/image/activation.js';
import { image } from '../../../../core/image/image.js';
import { type Measure, type Scalar, tf } from '../../../../core/tensor/index.js';
import { activated, activateTensor } from '../../../../core/tensor/measure/activated.js';

const values = [-1, 0.5, 2, -3, 1, 0, 4, -2];

test.each<ChannelActivation[][]>([
  [['sigmoid']],
  [['linear', 'tanh']],
  [['softmax', 'softmax', 'sigmoid', 'linear']],
  [['tanh', 'softmax']],
])('a tensor is activated as an image is (%j)', (activations) => {
  const wanted = activateChannels(image(Float32Array.from(values), [1, 2, 4]), activations);
  const got = activateTensor(tf.tensor(values, [1, 1, 2, 4]), activations).dataSync();
  wanted.data.forEach((value, i) => {
    expect(got[i]).toBeCloseTo(value, 6);
  });
});

test('a measure sees the first output activated and the others as they are', () => {
  const measure: Measure = ([first, second], target) =>
    tf.addN([tf.sum(first), tf.sum(second), tf.sum(target)]) as Scalar;
  const outputs = [tf.tensor4d([0], [1, 1, 1, 1]), tf.tensor4d([10], [1, 1, 1, 1])];
  const target = tf.tensor4d([100], [1, 1, 1, 1]);
  expect(activated(measure, ['sigmoid'])(outputs, target).dataSync()[0]).toBe(110.5);
  expect(activated(measure, [])).toBe(measure);
});
