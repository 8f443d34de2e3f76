/**
 * How well spatial embeddings part objects, while a network learns them.
 */
import { Type } from 'typebox';
import { defineMetric } from '../../core/plugin/define.js';
import { embeddingOverlap } from '../../core/tensor/measure/embedding.js';

export const embeddingOverlapMetric = defineMetric({
  id: 'embedding_iou',
  name: 'IoU',
  summary: 'Mean over objects of the overlap of an object and the pixels that point near to its centre.',
  higherIsBetter: true,
  parameters: Type.Object(
    {
      steps: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 2, maxItems: 3 }),
      centres: Type.Integer({ minimum: 1, description: 'First channel of the target with the centres of objects.' }),
    },
    { additionalProperties: false },
  ),
  onTensors: (layout) => (output, target) => embeddingOverlap(output, target, layout),
});
