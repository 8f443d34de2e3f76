/**
 * Mean absolute error of some channels of a prediction: distances, offsets, flows and rays of instance segmentation.
 */
import { type Static, Type } from 'typebox';
import { ACTIVATIONS } from '../../core/image/activation.js';
import type { Image } from '../../core/image/image.js';
import { pickChannels } from '../../core/image/pick-channels.js';
import { MeanInParts } from '../../core/nd/image-error.js';
import { defineMetric } from '../../core/plugin/define.js';
import { type Scalar, tf } from '../../core/tensor/index.js';
import { activateTensor } from '../../core/tensor/measure/activated.js';
import { pickTensor } from '../../core/tensor/measure/pick-channels.js';

const Parameters = Type.Object(
  {
    first: Type.Integer({ minimum: 0, default: 0, description: 'First channel of the prediction.' }),
    count: Type.Integer({ minimum: 1, default: 1 }),
    target: Type.Integer({ minimum: 0, default: 0, description: 'First channel of the target.' }),
    activation: Type.Enum(ACTIVATIONS, { default: 'linear', description: 'Of the channels while training.' }),
    factor: Type.Number({ default: 1, description: 'Times the target: networks learn flows five times as long.' }),
  },
  { additionalProperties: false },
);

/** Over all pixels, background too. */
export const channelError = defineMetric({
  id: 'l1',
  name: 'L1',
  summary: 'Mean absolute error of some channels of the prediction.',
  higherIsBetter: false,
  parameters: Parameters,
  onTensors:
    ({ first, count, target: from, activation, factor }) =>
    ([output], target) => {
      const predicted = activateTensor(pickTensor(output, first, count), [activation]);
      return tf.mean(tf.abs(tf.sub(predicted, tf.mul(pickTensor(target, from, count), factor)))) as Scalar;
    },
  onImages: (parameters) => errorOf(parameters),
  onParts: (parameters) => new MeanInParts(errorOf(parameters)),
});

function errorOf({ first, count, target: from, factor }: Static<typeof Parameters>) {
  return (prediction: Image, target: Image): number => {
    const [predicted, wanted] = [pickChannels(prediction, first, count).data, pickChannels(target, from, count).data];
    let sum = 0;
    for (let i = 0; i < predicted.length; i++) sum += Math.abs(predicted[i] - factor * wanted[i]);
    return sum / predicted.length;
  };
}
