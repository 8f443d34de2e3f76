/**
 * The loss of spatial embeddings (EmbedSeg).
 */
import { Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { embeddingLoss } from '../../core/tensor/measure/embedding.js';

export const embeddingLossPlugin = defineLoss({
  id: 'embedding',
  summary: 'Pixels of an object point to one place, apart from those of others, and the seediness tells how well.',
  parameters: Type.Object(
    {
      steps: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
        minItems: 2,
        maxItems: 3,
        description: 'Coordinates of a pixel along x, y(, z).',
      }),
      centres: Type.Integer({ minimum: 1, description: 'First channel of the target with the centres of objects.' }),
      weights: Type.Object(
        {
          foreground: Type.Number({ default: 10 }),
          instance: Type.Number({ default: 1 }),
          variance: Type.Number({ default: 10 }),
          seed: Type.Number({ default: 1 }),
        },
        {
          default: {},
          additionalProperties: false,
          description: 'Of the foreground in the seediness, and of the three terms.',
        },
      ),
    },
    { additionalProperties: false },
  ),
  build:
    ({ steps, centres, weights }) =>
    (output, target) =>
      embeddingLoss(output, target, { steps, centres }, weights),
});
