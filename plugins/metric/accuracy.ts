/** Share of whole images whose class is right. */
import { Type } from 'typebox';
import type { Image } from '../../core/image/image.js';
import { defineMetric } from '../../core/plugin/define.js';
import { type NetworkOutput, type Scalar, type Tensor, tf } from '../../core/tensor/index.js';

const none = Type.Object({}, { additionalProperties: false });

export const accuracyMetric = defineMetric({
  id: 'accuracy',
  name: 'accuracy',
  summary: 'Share of images whose class is right.',
  higherIsBetter: true,
  parameters: none,
  onTensors: () => (output, target) => shareAmongBest(output, target, 1),
  onImages: () => (scores, target) => Number(rankOf(scores, target) < 1),
});

export const topFiveAccuracyMetric = defineMetric({
  id: 'top-5-accuracy',
  name: 'top-5 accuracy',
  summary: 'Share of images whose class is among the five that the network thinks most likely.',
  higherIsBetter: true,
  parameters: none,
  onTensors: () => (output, target) => shareAmongBest(output, target, 5),
  onImages: () => (scores, target) => Number(rankOf(scores, target) < 5),
});

/**
 * Share of the samples whose class is among the `best` likeliest. Of equal scores the smaller class id is the likelier, so
 * that a network that says the same of all is not right about all.
 *
 * @param output scores `[n, classes]`.
 * @param target class ids, `n` in all.
 */
export function shareAmongBest([scores]: NetworkOutput, target: Tensor, best: number): Scalar {
  const [samples, classes] = scores.shape;
  const wanted = tf.reshape(target, [samples, 1]);
  const ids = tf.tensor2d(
    Float32Array.from({ length: classes }, (_, id) => id),
    [1, classes],
  );
  const own = tf.sum(tf.mul(scores, tf.cast(tf.equal(ids, wanted), 'float32')), 1, true);
  const higher = tf.cast(tf.greater(scores, own), 'float32');
  const tied = tf.mul(tf.cast(tf.equal(scores, own), 'float32'), tf.cast(tf.less(ids, wanted), 'float32'));
  const rank = tf.sum(tf.add(higher, tied), 1);
  return tf.mean(tf.cast(tf.less(rank, best), 'float32')) as Scalar;
}

/** Classes that are thought likelier than the right one. */
function rankOf({ data }: Image, target: Image): number {
  const wanted = target.data[0];
  let likelier = 0;
  for (let id = 0; id < data.length; id++)
    if (data[id] > data[wanted] || (data[id] === data[wanted] && id < wanted)) likelier++;
  return likelier;
}
