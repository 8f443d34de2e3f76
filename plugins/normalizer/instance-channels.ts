/**
 * Makes the target channels of instance segmentation out of labels (PROBLEM.INSTANCE_SEG.DATA_CHANNELS).
 */
import { concatMap } from 'rxjs';
import { Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { DataError } from '../../core/errors.js';
import { sizeOf } from '../../core/image/image.js';
import type { Sample } from '../../core/image/sample.js';
import {
  hasClasses,
  type InstanceTargetOptions,
  InstanceTargetParameters,
  instanceTarget,
  targetKinds,
  targetWidth,
} from '../../core/instances/instance-target.js';
import { findObjectBoxes } from '../../core/instances/object-boxes.js';
import { targetInParts } from '../../core/instances/target-in-parts.js';
import { defineNode, type Part } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { TRAINING_SHARES } from '../../core/train/memory-shares.js';

export const instanceChannels = defineNode({
  id: 'normalizer/instance-channels',
  role: 'normalizer',
  summary: 'Makes of labels the channels that a network of instance segmentation learns.',
  inputs: { main: ['image', 'patch'] },
  output: 'same',
  parameters: Type.Object(
    {
      ...InstanceTargetParameters.properties,
      keep: Type.String({ default: '', description: 'Product in which the labels stay as they were; empty for none.' }),
    },
    { additionalProperties: false },
  ),
  fromConfig,
  // The channels apart and joined, and what distances to the nearest objects are found with.
  memory: (parameters, { shape }) =>
    sizeOf(shape.slice(0, -1)) *
    Float32Array.BYTES_PER_ELEMENT *
    (2 * targetWidth(parameters, (shape.length - 1) as 2 | 3) + 8),
  plan: (parameters, { main }) => ({
    ...main,
    images: main.images.map(({ targetShape, ...each }) => ({
      ...each,
      ...(targetShape && {
        targetShape: [...targetShape.slice(0, -1), targetWidth(parameters, (targetShape.length - 1) as 2 | 3)],
      }),
    })),
  }),
  needs: { memory: services.memory, signal: services.signal },
  create:
    (parameters, { memory, signal }) =>
    ({ main }) =>
      main.pipe(
        concatMap(async (sample): Promise<Sample> => {
          const labels = sample.target;
          if (!labels) return sample;
          const file = String(sample.facts.targetFile ?? sample.file);
          const products = parameters.keep ? { ...sample.products, [parameters.keep]: labels } : sample.products;
          const explain = (error: RangeError) => wrongLabels(error, file || sample.id, parameters);
          if (labels.source) {
            const boxes = await findObjectBoxes(labels, signal);
            const budget = memory.budget * TRAINING_SHARES.channels;
            const target = targetInParts(labels, boxes, parameters, { file, budget, signal, explain });
            return { ...sample, target, targetKinds: targetKinds(parameters, 3), products };
          }
          try {
            const { target, kinds } = instanceTarget(labels, parameters);
            return { ...sample, target, targetKinds: kinds, products };
          } catch (error) {
            throw error instanceof RangeError ? explain(error) : error;
          }
        }),
      ),
});

function wrongLabels(error: RangeError, file: string, parameters: InstanceTargetOptions): DataError {
  return new DataError(
    `${file}: ${error.message}. A label image has 0 for the background and one whole number for each object` +
      `${hasClasses(parameters) ? '; with DATA.N_CLASSES above 2 a second channel holds classes' : ''}.`,
    { where: { file, key: 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS' }, cause: error },
  );
}

/** A test compares predictions: it needs neither labels nor weights beside them, but the labels as they are. */
function fromConfig({ PROBLEM, DATA }: Config, part: Part): (InstanceTargetOptions & { keep: string }) | undefined {
  const { DATA_CHANNELS, DATA_CHANNELS_EXTRA_OPTS, TYPE } = PROBLEM.INSTANCE_SEG;
  if (PROBLEM.TYPE !== 'INSTANCE_SEG' || TYPE !== 'regular') return undefined;
  const carried = part === 'test' ? ['We', 'I'] : [];
  return {
    channels: (DATA_CHANNELS as string[]).filter((channel) => !carried.includes(channel)),
    options: (DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as InstanceTargetOptions['options'],
    classes: DATA.N_CLASSES > 2 ? DATA.N_CLASSES : 0,
    keep: part === 'test' ? 'truth' : '',
  };
}
