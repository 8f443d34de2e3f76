/**
 * Lets objects fill a predicted mask, each pixel going to the nearest one (TEST.POST_PROCESSING.VORONOI_ON_MASK).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { productOf } from '../../core/image/sample.js';
import { channelLayout } from '../../core/instances/channel-layout.js';
import { growOverMask, maskForGrowth } from '../../core/instances/grow-over-mask.js';
import type { AllChannelOptions } from '../../core/instances/target-channels.js';
import { defineNode } from '../../core/plugin/define.js';
import { labelBytes } from './label-bytes.js';

export const growOverMaskNode = defineNode({
  id: 'postprocessor/grow-over-mask',
  role: 'postprocessor',
  summary: 'Fills a predicted mask with objects: each of its pixels goes to the nearest one.',
  inputs: { main: ['labels'] },
  output: 'labels',
  parameters: Type.Object(
    {
      channels: Type.Array(Type.String(), { minItems: 1, description: 'Letters of the prediction.' }),
      options: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
        default: {},
        description: 'Options of each channel.',
      }),
      threshold: Type.Number({ minimum: 0, maximum: 1, default: 0, description: 'Of the mask; 0 for Otsu.' }),
      product: Type.String({ default: 'channels', description: 'Prediction to make the mask of.' }),
    },
    { additionalProperties: false },
  ),
  keys: ['TEST.POST_PROCESSING.VORONOI_ON_MASK'],
  fromConfig({ TEST: { POST_PROCESSING: settings }, PROBLEM: { INSTANCE_SEG: problem } }: Config, part) {
    if (part !== 'test' || !settings.VORONOI_ON_MASK) return undefined;
    return {
      channels: [...(problem.DATA_CHANNELS as string[])].filter((channel) => channel !== 'We' && channel !== 'I'),
      options: (problem.DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as AllChannelOptions,
      threshold: settings.VORONOI_TH,
      product: 'channels',
    };
  },
  memory: (_, { shape }) => labelBytes(shape, 7),
  create:
    ({ channels, options, threshold, product }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const predicted = productOf(sample, product, place.name);
          const layout = channelLayout(channels, options, (predicted.shape.length - 1) as 2 | 3);
          const places = Object.fromEntries(layout.map(({ channel, first }) => [channel, first]));
          const mask = maskForGrowth(predicted, places, threshold);
          const grown = growOverMask(productOf(sample, 'labels', place.name), mask);
          return { ...sample, products: { ...sample.products, labels: grown } };
        }),
      ),
});
