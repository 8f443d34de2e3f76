/**
 * Makes the target channels of instance segmentation out of labels (PROBLEM.INSTANCE_SEG.DATA_CHANNELS).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { DataError } from '../../core/errors.js';
import { sizeOf } from '../../core/image/image.js';
import {
  hasClasses,
  type InstanceTargetOptions,
  InstanceTargetParameters,
  instanceTarget,
  targetWidth,
} from '../../core/instances/instance-target.js';
import { defineNode, type Part } from '../../core/plugin/define.js';

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
  create:
    (parameters) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          if (!sample.target) return sample;
          const file = String(sample.facts.targetFile ?? sample.file);
          try {
            const { target, kinds } = instanceTarget(sample.target, parameters);
            const products = parameters.keep
              ? { ...sample.products, [parameters.keep]: sample.target }
              : sample.products;
            return { ...sample, target, targetKinds: kinds, products };
          } catch (error) {
            if (!(error instanceof RangeError)) throw error;
            throw new DataError(
              `${file || sample.id}: ${error.message}. A label image has 0 for the background and one whole number for each object` +
                `${hasClasses(parameters) ? '; with DATA.N_CLASSES above 2 a second channel holds classes' : ''}.`,
              { where: { ...(file && { file }), key: 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS' }, cause: error },
            );
          }
        }),
      ),
});

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
