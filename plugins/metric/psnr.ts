/** Peak signal-to-noise ratio. */
import { Type } from 'typebox';
import { HIGHEST_PSNR, peakSignalToNoise, SignalToNoiseInParts } from '../../core/nd/image-error.js';
import { defineMetric } from '../../core/plugin/define.js';
import { type Scalar, type Tensor, tf } from '../../core/tensor/index.js';
import { imagesOf } from '../../core/tensor/measure/difference.js';

const GREY_LEVELS = 255;

export const psnr = defineMetric({
  id: 'psnr',
  name: 'PSNR',
  summary: 'Peak signal-to-noise ratio in dB, at most 100.',
  higherIsBetter: true,
  parameters: Type.Object(
    {
      greyLevels: Type.Boolean({
        default: false,
        description:
          'While training, values from 0 to 1 are taken as 8-bit grey levels; else the target gives the range.',
      }),
    },
    { additionalProperties: false },
  ),
  fromConfig: ({ PROBLEM: { TYPE } }) => ({ greyLevels: TYPE === 'SUPER_RESOLUTION' || TYPE === 'SELF_SUPERVISED' }),
  onTensors:
    ({ greyLevels }) =>
    (output, target) => {
      const [prediction, wanted] = imagesOf(output, target);
      if (!greyLevels) return ratio(prediction, wanted, rangeOf(wanted));
      const grey = (x: Tensor) => tf.clipByValue(tf.mul(x, GREY_LEVELS), 0, GREY_LEVELS);
      return ratio(grey(prediction), grey(wanted), tf.scalar(GREY_LEVELS));
    },
  onImages: () => peakSignalToNoise,
  onParts: () => new SignalToNoiseInParts(),
});

/** max(target, 0) − min(target, 0) over the batch, 1 where that is nothing. */
function rangeOf(target: Tensor): Tensor {
  const range = tf.sub(tf.maximum(tf.max(target), 0), tf.minimum(tf.min(target), 0));
  return tf.where(tf.greater(range, 0), range, tf.onesLike(range));
}

function ratio(prediction: Tensor, target: Tensor, range: Tensor): Scalar {
  const error = tf.div(tf.mean(tf.squaredDifference(prediction, target)), tf.square(range));
  const least = 10 ** (-HIGHEST_PSNR / 10);
  return tf.mul(tf.log(tf.maximum(error, least)), -10 / Math.LN10) as Scalar;
}
