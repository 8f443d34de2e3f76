/** Pearson's correlation coefficient. */
import { Type } from 'typebox';
import { PearsonInParts, pearson } from '../../core/nd/image-error.js';
import { defineMetric } from '../../core/plugin/define.js';
import { correlation } from '../../core/tensor/measure/correlation.js';
import { imagesOf } from '../../core/tensor/measure/difference.js';

export const pcc = defineMetric({
  id: 'pcc',
  name: 'PCC',
  summary: "Pearson's correlation of each image with its target.",
  higherIsBetter: true,
  parameters: Type.Object({}, { additionalProperties: false }),
  onTensors: () => (output, target) => correlation(...imagesOf(output, target)),
  onImages: () => pearson,
  onParts: () => new PearsonInParts(),
});
