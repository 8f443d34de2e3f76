/** Mean squared error. */

import { MeanInParts, meanSquaredError } from '../../core/nd/image-error.js';
import { defineMetric } from '../../core/plugin/define.js';
import { type Scalar, tf } from '../../core/tensor/index.js';
import { ErrorParameters, errorParameters, meanError } from './image-parameters.js';

export const squaredErrorMetric = defineMetric({
  id: 'mse',
  name: 'MSE',
  summary: 'Mean squared error.',
  higherIsBetter: false,
  parameters: ErrorParameters,
  fromConfig: errorParameters,
  onTensors: (parameters) => (output, target) => meanError(output, target, parameters, (x) => tf.square(x)) as Scalar,
  onImages: () => meanSquaredError,
  onParts: () => new MeanInParts(meanSquaredError),
});
