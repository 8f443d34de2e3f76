/**
 * Makes objects of spatial embeddings (PROBLEM.INSTANCE_SEG.EMBEDSEG).
 */
import { type Static, Type } from 'typebox';
import type { Image } from '../../core/image/image.js';
import { embeddingObjects } from '../../core/instances/embedding-objects.js';
import { defineNode } from '../../core/plugin/define.js';
import { embeddingGrid } from '../../core/plugin/embedding-grid.js';
import { services } from '../../core/plugin/services.js';
import { labelBytes } from './label-bytes.js';
import { type LabelTask, labelsInThreads } from './labels-in-threads.js';
import { smallestLabels } from './smallest-labels.js';

const Parameters = Type.Object(
  {
    foreground: Type.Number({ default: 0.5, description: 'Seediness above which pixels take part.' }),
    seed: Type.Number({ default: 0.9, description: 'Least seediness at which an object begins.' }),
    leastForeground: Type.Integer({
      minimum: 0,
      default: 0,
      description: 'Pixels of foreground that it takes more than.',
    }),
    leastLeft: Type.Integer({ minimum: 0, default: 0, description: 'Pixels without an object at which it ends.' }),
    gridSide: Type.Integer({ minimum: 2, description: 'Side in pixels that embeddings take as 1.' }),
    spacing: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
      default: [],
      description: 'Length of a pixel, [y, x] or [z, y, x]; empty for ones.',
    }),
    product: Type.String({ default: 'channels', description: 'Prediction to use.' }),
  },
  { additionalProperties: false },
);

export const embeddingsNode = defineNode({
  id: 'postprocessor/embeddings',
  role: 'postprocessor',
  summary:
    'Makes objects of embeddings: pixels that point to one place belong together (E_offset, E_sigma, E_seediness).',
  inputs: { main: ['channels'] },
  output: 'labels',
  parameters: Parameters,
  needs: { compute: services.compute },
  fromConfig(config) {
    const { FG_THRESH, SEED_THRESH, MIN_MASK_SUM, MIN_UNCLUSTERED_SUM } = config.PROBLEM.INSTANCE_SEG.EMBEDSEG;
    return {
      foreground: FG_THRESH,
      seed: SEED_THRESH,
      leastForeground: MIN_MASK_SUM,
      leastLeft: MIN_UNCLUSTERED_SUM,
      ...embeddingGrid(config, 'TEST'),
      product: 'channels',
    };
  },
  // Places, points in double precision, order, labels twice, and the channels again for the thread.
  memory: (_, { shape }) => labelBytes(shape, 4 * shape.length + 10),
  create:
    (parameters, { compute }, place) =>
    ({ main }) =>
      main.pipe(
        labelsInThreads(compute, {
          parameters,
          node: place.name,
          module: import.meta.url,
          name: labelsOfEmbeddings.name,
          wanted: ({ shape }) => ({ letters: 'E_offset, E_sigma, E_seediness', count: 2 * (shape.length - 1) + 1 }),
        }),
      ),
});

/** Objects of a prediction, in a thread. */
export function labelsOfEmbeddings({ prediction, parameters }: LabelTask<Static<typeof Parameters>>): Image {
  const { spacing, product: _, ...options } = parameters;
  return smallestLabels(embeddingObjects(prediction, { ...options, ...(spacing.length > 0 && { spacing }) }));
}
