import { expect, test } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { tf } from '../../../core/tensor/index.js';
import { channelError } from '../../../plugins/metric/channel-error.js';

const pixels = (values: number[], channels: number) =>
  image(Float32Array.from(values), [1, values.length / channels, channels]);
const tensor = ({ data, shape }: Image) => tf.tensor(data as Float32Array, [1, ...shape]);

test('is the mean of absolute differences of the channels that are asked for', () => {
  const parameters = { first: 1, count: 2, target: 0, activation: 'linear', factor: 5 } as const;
  const prediction = pixels([9, 1, 2, 9, 3, -5], 3);
  const target = pixels([0.2, 0, 0, -1], 2);
  // |1 − 1|, |2 − 0|, |3 − 0|, |−5 + 5|
  expect(channelError.onImages!(parameters)(prediction, target)).toBeCloseTo(5 / 4, 6);
  const measure = channelError.onTensors!(parameters);
  expect(tf.tidy(() => measure([tensor(prediction)], tensor(target)).dataSync()[0])).toBeCloseTo(5 / 4, 6);
});

test('is taken after the activation while training', () => {
  const measure = channelError.onTensors!({ first: 0, count: 1, target: 0, activation: 'sigmoid', factor: 1 });
  const found = tf.tidy(() => measure([tensor(pixels([0, 100], 1))], tensor(pixels([0.5, 0], 1))).dataSync()[0]);
  expect(found).toBeCloseTo(0.5, 6);
});
