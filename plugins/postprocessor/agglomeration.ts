/**
 * Makes objects of affinities: fragments by a watershed, joined where affinities across their borders are high
 * (PROBLEM.INSTANCE_SEG.AGGLOMERATION).
 */
import { type Static, Type } from 'typebox';
import type { Image } from '../../core/image/image.js';
import { type AffinityOptions, affinityOffsets } from '../../core/instances/affinities.js';
import { agglomerate } from '../../core/instances/agglomerate.js';
import { watershedInstances } from '../../core/instances/watershed-instances.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { labelBytes } from './label-bytes.js';
import { type LabelTask, labelsInThreads } from './labels-in-threads.js';
import { smallestLabels } from './smallest-labels.js';

const Offsets = Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, default: [1] });
const Affinity = Type.Number({ minimum: 0, maximum: 1 });

const Parameters = Type.Object(
  {
    offsets: Type.Object(
      { z_affinities: Offsets, y_affinities: Offsets, x_affinities: Offsets },
      { additionalProperties: false, description: 'Pixels along each axis that affinities compare.' },
    ),
    seed: Type.Number({ default: 0.9, description: 'Affinity above which fragments begin.' }),
    growth: Type.Number({ default: 0.1, description: 'Affinity above which they grow.' }),
    threshold: Type.Number({ ...Affinity, default: 0.5, description: 'Least score at which two are joined.' }),
    quantile: Type.Number({
      minimum: 0,
      maximum: 100,
      default: 50,
      description: 'Percentile of the affinities across a border that is its score.',
    }),
    leastPairs: Type.Integer({ minimum: 0, default: 5, description: 'Pairs of pixels that a score needs.' }),
    product: Type.String({ default: 'channels', description: 'Prediction to use.' }),
  },
  { additionalProperties: false },
);

export const agglomerationNode = defineNode({
  id: 'postprocessor/agglomeration',
  role: 'postprocessor',
  summary: 'Makes objects of affinities (A): fragments by a watershed, joined two by two where affinities are high.',
  inputs: { main: ['channels'] },
  output: 'labels',
  parameters: Parameters,
  needs: { compute: services.compute },
  fromConfig({ PROBLEM: { INSTANCE_SEG: settings } }) {
    const { FRAGMENT_SEED_TH, FRAGMENT_GROWTH_TH, MERGE_TH, MERGE_QUANTILE, MIN_EDGE_VOXELS } = settings.AGGLOMERATION;
    const { A = {} } = (settings.DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as { A?: AffinityOptions };
    const { z_affinities = [1], y_affinities = [1], x_affinities = [1] } = A;
    return {
      offsets: { z_affinities: [...z_affinities], y_affinities: [...y_affinities], x_affinities: [...x_affinities] },
      seed: FRAGMENT_SEED_TH,
      growth: FRAGMENT_GROWTH_TH,
      threshold: MERGE_TH,
      quantile: MERGE_QUANTILE,
      leastPairs: MIN_EDGE_VOXELS,
      product: 'channels',
    };
  },
  // As for a watershed, the borders between fragments, and the channels again for the thread.
  memory: ({ offsets }, { shape }) => labelBytes(shape, 20 + 3 * offsets.y_affinities.length),
  create:
    (parameters, { compute }, place) =>
    ({ main }) =>
      main.pipe(
        labelsInThreads(compute, {
          parameters,
          node: place.name,
          module: import.meta.url,
          name: labelsOfAffinities.name,
          wanted: (prediction) => ({ letters: 'A', count: offsetsOf(prediction, parameters).length }),
        }),
      ),
});

function offsetsOf({ shape }: Image, { offsets }: Static<typeof Parameters>) {
  return affinityOffsets(offsets, (shape.length - 1) as 2 | 3);
}

/** Objects of a prediction, in a thread. */
export function labelsOfAffinities({ prediction, parameters }: LabelTask<Static<typeof Parameters>>): Image {
  const { seed, growth, threshold, quantile, leastPairs } = parameters;
  const { labels: fragments } = watershedInstances(
    prediction,
    { A: 0 },
    {
      seeds: [{ channel: 'A', threshold: seed }],
      growth: [{ channel: 'A', threshold: growth }],
      surface: 'A',
    },
  );
  const options = { threshold, quantile, leastPairs };
  return smallestLabels(agglomerate(fragments, prediction, offsetsOf(prediction, parameters), options));
}
