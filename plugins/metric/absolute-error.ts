/** Mean absolute error. */

import { MeanInParts, meanAbsoluteError } from '../../core/nd/image-error.js';
import { defineMetric } from '../../core/plugin/define.js';
import { type Scalar, tf } from '../../core/tensor/index.js';
import { ErrorParameters, errorParameters, meanError } from './image-parameters.js';

export const absoluteErrorMetric = defineMetric({
  id: 'mae',
  name: 'MAE',
  summary: 'Mean absolute error.',
  higherIsBetter: false,
  parameters: ErrorParameters,
  fromConfig: errorParameters,
  onTensors: (parameters) => (output, target) => meanError(output, target, parameters, (x) => tf.abs(x)) as Scalar,
  onImages: () => meanAbsoluteError,
  onParts: () => new MeanInParts(meanAbsoluteError),
});
