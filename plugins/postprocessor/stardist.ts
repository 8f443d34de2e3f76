/**
 * Makes star-convex objects of probabilities and distances along rays (PROBLEM.INSTANCE_SEG.STARDIST).
 */
import { type Static, Type } from 'typebox';
import type { Image } from '../../core/image/image.js';
import { starObjects } from '../../core/instances/star-objects.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { labelBytes } from './label-bytes.js';
import { type LabelTask, labelsInThreads } from './labels-in-threads.js';
import { smallestLabels } from './smallest-labels.js';

const Parameters = Type.Object(
  {
    rays: Type.Integer({ minimum: 3, description: 'Channels of distances, behind that of the probability.' }),
    threshold: Type.Number({ minimum: 0, maximum: 1, default: 0.4, description: 'Least probability of a centre.' }),
    overlap: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.3,
      description: 'Intersection over union above which the less probable of two objects is dropped.',
    }),
    product: Type.String({ default: 'channels', description: 'Prediction to use.' }),
  },
  { additionalProperties: false },
);

export const stardistNode = defineNode({
  id: 'postprocessor/stardist',
  role: 'postprocessor',
  summary: 'Makes star-convex objects of a channel of probabilities and the distances along rays (Db, R).',
  inputs: { main: ['channels'] },
  output: 'labels',
  parameters: Parameters,
  needs: { compute: services.compute },
  fromConfig({ PROBLEM: { INSTANCE_SEG: settings, NDIM } }) {
    const options = settings.DATA_CHANNELS_EXTRA_OPTS[0] as Record<string, { nrays?: number } | undefined> | undefined;
    return {
      rays: options?.R?.nrays ?? (NDIM === '3D' ? 96 : 32),
      threshold: settings.STARDIST.PROB_THRESH,
      overlap: settings.STARDIST.NMS_IOU_THRESH,
      product: 'channels',
    };
  },
  // Probabilities and their greatest neighbours, labels twice, the shapes, which overlap little, and the channels again for the thread.
  memory: ({ rays }, { shape }) => labelBytes(shape, 7 + rays),
  create:
    (parameters, { compute }, place) =>
    ({ main }) =>
      main.pipe(
        labelsInThreads(compute, {
          parameters,
          node: place.name,
          module: import.meta.url,
          name: labelsOfRays.name,
          wanted: () => ({ letters: 'Db and R', count: parameters.rays + 1 }),
        }),
      ),
});

/** Objects of a prediction, in a thread. */
export function labelsOfRays({ prediction, parameters }: LabelTask<Static<typeof Parameters>>): Image {
  const { rays, threshold, overlap } = parameters;
  return smallestLabels(starObjects(prediction, 0, 1, rays, { threshold, overlap }));
}
