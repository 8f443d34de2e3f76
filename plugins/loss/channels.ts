/**
 * A loss for each channel, or group of channels, of a prediction: instance segmentation and detection.
 */
import { type Static, Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { type NetworkOutput, type Scalar, type Tensor, tf } from '../../core/tensor/index.js';
import { pickTensor } from '../../core/tensor/measure/pick-channels.js';
import { binaryCrossEntropy, softmaxCrossEntropy } from './cross-entropy.js';
import { rebalanceMap } from './rebalance.js';

const Term = Type.Object(
  {
    loss: Type.Enum(['bce', 'l1', 'mse', 'flow', 'ce', 'classes'] as const, {
      description:
        'bce: binary cross-entropy; l1, mse: absolute and squared error; flow: squared error to five times the target; ' +
        'ce: cross-entropy over the channels; classes: the same over a class head, where the target is not 0.',
    }),
    output: Type.Integer({ minimum: 0, default: 0, description: '0 for the prediction, 1 for the class head.' }),
    first: Type.Integer({ minimum: 0, default: 0, description: 'First channel of the output.' }),
    count: Type.Integer({ minimum: 1, default: 1, description: 'Channels of the output.' }),
    target: Type.Integer({ minimum: 0, description: 'First channel of the target.' }),
    weight: Type.Number({ minimum: 0, default: 1 }),
    activation: Type.Enum(['linear', 'sigmoid', 'tanh'] as const, {
      default: 'linear',
      description: 'Of the channels, before an error is taken.',
    }),
    rebalance: Type.Boolean({ default: false, description: 'bce: weight the rarer of foreground and background up.' }),
    within: Type.Union(
      [
        Type.Null(),
        Type.Object(
          {
            channel: Type.Integer({ minimum: 0, description: 'Channel of the target.' }),
            background: Type.Boolean({ default: false, description: 'The channel marks what lies outside.' }),
          },
          { additionalProperties: false },
        ),
      ],
      { default: null, description: 'l1, mse: only pixels of this mask count; null for those whose target is not 0.' },
    ),
    everywhere: Type.Boolean({ default: false, description: 'l1, mse: all pixels count.' }),
    extra: Type.Union([Type.Null(), Type.Integer({ minimum: 0 })], {
      default: null,
      description: 'Channel of the target that is added to the weights of pixels (U-Net border weights).',
    }),
  },
  { additionalProperties: false },
);

const Parameters = Type.Object({ terms: Type.Array(Term, { minItems: 1 }) }, { additionalProperties: false });

export type ChannelTerm = Static<typeof Term>;

export const channelsLoss = defineLoss({
  id: 'channels',
  summary: 'A weighted sum of losses, each over channels of its own.',
  parameters: Parameters,
  build:
    ({ terms }) =>
    (output, target) =>
      tf.addN(terms.map((term) => tf.mul(lossOf(term, output, target), term.weight))) as Scalar,
});

function lossOf(term: ChannelTerm, output: NetworkOutput, target: Tensor): Scalar {
  const predicted = pickTensor(output[term.output], term.first, term.count);
  if (term.loss === 'classes' || term.loss === 'ce') {
    const options = { classes: term.count, ...(term.loss === 'classes' && { ignoreIndex: 0 }) };
    return softmaxCrossEntropy(predicted, pickTensor(target, term.target, 1), options);
  }
  const wanted = pickTensor(target, term.target, term.count);
  const extra = term.extra === null ? undefined : pickTensor(target, term.extra, 1);
  if (term.loss === 'flow') return tf.mean(tf.square(tf.sub(predicted, tf.mul(wanted, 5)))) as Scalar;
  if (term.loss === 'bce') {
    const losses = binaryCrossEntropy(predicted, wanted);
    const balance = term.rebalance ? rebalanceMap(wanted) : undefined;
    const weights = balance && extra ? tf.add(balance, extra) : extra ? tf.add(extra, 1) : balance;
    return tf.mean(weights ? tf.mul(losses, weights) : losses) as Scalar;
  }
  const difference = tf.sub(activate(predicted, term.activation), wanted);
  const errors = term.loss === 'l1' ? tf.abs(difference) : tf.square(difference);
  if (term.everywhere) return tf.mean(extra ? tf.mul(errors, tf.add(extra, 1)) : errors) as Scalar;
  const mask = maskOf(term, wanted, target);
  const weighted = tf.mul(errors, extra ? tf.mul(mask, tf.add(extra, 1)) : mask);
  // A mask of one channel counts for each channel of the prediction. Without any pixel the loss is 0.
  const counted = tf.sum(tf.mul(mask, tf.onesLike(wanted)));
  return tf.div(tf.sum(weighted), tf.maximum(counted, 1)) as Scalar;
}

function maskOf({ within }: ChannelTerm, wanted: Tensor, target: Tensor): Tensor {
  if (within === null) return tf.cast(tf.notEqual(wanted, tf.scalar(0)), 'float32');
  const inside = tf.cast(tf.greater(pickTensor(target, within.channel, 1), tf.scalar(0)), 'float32');
  return within.background ? tf.sub(1, inside) : inside;
}

function activate(x: Tensor, name: ChannelTerm['activation']): Tensor {
  return name === 'sigmoid' ? tf.sigmoid(x) : name === 'tanh' ? tf.tanh(x) : x;
}
