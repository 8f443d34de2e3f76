/**
 * Intersection over union (Jaccard index) of the foreground, or the mean over classes.
 */
import { type Static, Type } from 'typebox';
import { ignoredClass } from '../../core/config/index.js';
import { channelCount, type Image } from '../../core/image/image.js';
import type { PartMeasure } from '../../core/image/part-measure.js';
import { pickChannels } from '../../core/image/pick-channels.js';
import { indexOfLargest } from '../../core/nd/index-of-largest.js';
import { defineMetric } from '../../core/plugin/define.js';
import { type NetworkOutput, type Scalar, type Tensor, tf } from '../../core/tensor/index.js';
import { pickTensor } from '../../core/tensor/measure/pick-channels.js';

const ChannelPart = Type.Object(
  {
    output: Type.Integer({ minimum: 0, description: 'Output of the network: 0 the prediction, 1 the class head.' }),
    before: Type.Integer({ minimum: 0, default: 0, description: 'Channels of the outputs before it.' }),
    first: Type.Integer({ minimum: 0, default: 0, description: 'First channel of the output.' }),
    count: Type.Integer({ minimum: 1, default: 1 }),
    target: Type.Integer({
      minimum: 0,
      description: 'Channel of the target; with two classes the first of as many as are predicted.',
    }),
  },
  { additionalProperties: false },
);

const Parameters = Type.Object(
  {
    classes: Type.Integer({ minimum: 2, default: 2, description: 'Number of classes, the background included.' }),
    ignore: Type.Integer({ default: -1, description: 'Target id that is left out; -1 for none.' }),
    part: Type.Union([Type.Null(), ChannelPart], {
      default: null,
      description: 'Channels that are measured; null for the first output against the whole target.',
    }),
  },
  { additionalProperties: false },
);

type IouParameters = Omit<Static<typeof Parameters>, 'part'>;

/**
 * TP / (TP + FP + FN); with more than two classes the mean over the classes that occur, without the one that is left out. 0 where
 * nothing occurs.
 */
export const iou = defineMetric({
  id: 'iou',
  name: 'IoU',
  summary: 'Intersection over union: probability above 0.5 against the foreground, or the mean over classes.',
  higherIsBetter: true,
  parameters: Parameters,
  fromConfig: (config) => ({
    classes: Math.max(config.DATA.N_CLASSES, 2),
    ignore: ignoredClass(config),
    part: null,
  }),
  onTensors: (parameters) => (output, target) => {
    const { part } = parameters;
    if (!part) return iouOfTensors(output, target, parameters);
    const predicted = pickTensor(output[part.output], part.first, part.count);
    return iouOfTensors([predicted], pickTensor(target, part.target, targetCount(parameters)), parameters);
  },
  onImages: (parameters) => (prediction, target) =>
    iouOfImages(...measuredPart(prediction, target, parameters), parameters),
  onParts: (parameters) => {
    const counts = new IouCounts(parameters);
    return {
      add: (prediction, target) => counts.add(...measuredPart(prediction, target, parameters)),
      result: () => counts.result(),
    };
  },
});

/** The channels of prediction and target that are compared. */
function measuredPart(prediction: Image, target: Image, parameters: Static<typeof Parameters>): [Image, Image] {
  const { part } = parameters;
  if (!part) return [prediction, target];
  const predicted = pickChannels(prediction, part.before + part.first, part.count);
  const wanted = pickChannels(target, part.target, targetCount(parameters));
  return [asPixels(predicted, parameters), asPixels(wanted, parameters)];
}

/** Masks have a channel each in the target, classes have one in common. */
function targetCount({ classes, part }: Static<typeof Parameters>): number {
  return classes === 2 ? (part?.count ?? 1) : 1;
}

/** Several masks as one with as many pixels more. */
function asPixels(masks: Image, { classes }: IouParameters): Image {
  return classes === 2 ? { ...masks, shape: [...masks.shape, 1] } : masks;
}

/**
 * Over a batch of logits `[n, ..., y, x, c]` against class ids `[n, ..., y, x, 1]`. Two classes have one channel; a
 * logit above 0 is a probability above 0.5.
 */
export function iouOfTensors([logits]: NetworkOutput, target: Tensor, { classes, ignore }: IouParameters): Scalar {
  const counted = tf.cast(tf.notEqual(target, ignore), 'float32');
  if (classes === 2) {
    const foreground = (values: Tensor) => tf.mul(tf.cast(tf.greater(values, 0), 'float32'), counted);
    return ratio(foreground(logits), foreground(target));
  }
  const chosen = tf.cast(tf.expandDims(tf.argMax(logits, -1), -1), 'float32');
  let sum: Tensor = tf.scalar(0);
  let present: Tensor = tf.scalar(0);
  for (let id = 0; id < classes; id++) {
    if (id === ignore) continue;
    const predicted = tf.mul(tf.cast(tf.equal(chosen, id), 'float32'), counted);
    const wanted = tf.mul(tf.cast(tf.equal(target, id), 'float32'), counted);
    sum = tf.add(sum, ratio(predicted, wanted));
    present = tf.add(present, tf.minimum(tf.sum(tf.maximum(predicted, wanted)), 1));
  }
  return tf.div(sum, tf.maximum(present, 1)) as Scalar;
}

/** `|a ∩ b| / |a ∪ b|` of masks of zeros and ones; 0 when both are empty. */
function ratio(a: Tensor, b: Tensor): Scalar {
  return tf.div(tf.sum(tf.mul(a, b)), tf.maximum(tf.sum(tf.maximum(a, b)), 1)) as Scalar;
}

/** The same on one image: probabilities `[..., y, x, c]` against class ids `[..., y, x, 1]`. */
export function iouOfImages(prediction: Image, target: Image, parameters: IouParameters): number {
  const counts = new IouCounts(parameters);
  counts.add(prediction, target);
  return counts.result();
}

/** Pixels of each class that both sides share, and that either has, over images or their parts. */
class IouCounts implements PartMeasure {
  private readonly both: Float64Array;
  private readonly either: Float64Array;

  constructor(private readonly parameters: IouParameters) {
    this.both = new Float64Array(parameters.classes);
    this.either = new Float64Array(parameters.classes);
  }

  add(prediction: Image, target: Image): void {
    const { classes, ignore } = this.parameters;
    const { both, either } = this;
    const step = channelCount(prediction);
    const { data } = prediction;
    for (let pixel = 0; pixel < target.data.length; pixel++) {
      const wanted = target.data[pixel];
      if (wanted === ignore) continue;
      const predicted = classes === 2 ? Number(data[pixel * step] > 0.5) : indexOfLargest(data, pixel * step, step);
      const wantedClass = classes === 2 ? Number(wanted > 0) : wanted;
      either[predicted]++;
      if (predicted === wantedClass) both[predicted]++;
      else either[wantedClass]++;
    }
  }

  result(): number {
    const { classes, ignore } = this.parameters;
    const { both, either } = this;
    if (classes === 2) return either[1] === 0 ? 0 : both[1] / either[1];
    const present = [...either.keys()].filter((id) => either[id] > 0 && id !== ignore);
    return present.length === 0 ? 0 : present.reduce((sum, id) => sum + both[id] / either[id], 0) / present.length;
  }
}
