/**
 * Makes objects of predicted channels by a watershed (PROBLEM.INSTANCE_SEG.WATERSHED).
 */
import { type Static, Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { channelCount, type Image, image } from '../../core/image/image.js';
import { productOf } from '../../core/image/sample.js';
import { DISTANCE_LEVELS, meanDistance, predictionLayout } from '../../core/instances/prediction-layout.js';
import type { AllChannelOptions } from '../../core/instances/target-channels.js';
import { type WatershedRules, watershedInstances } from '../../core/instances/watershed-instances.js';
import { defineNode } from '../../core/plugin/define.js';
import { inThreads } from '../../core/plugin/in-threads.js';
import { services } from '../../core/plugin/services.js';
import { fewChannels } from './few-channels.js';
import { labelBytes } from './label-bytes.js';
import { smallestLabels } from './smallest-labels.js';

const Cut = Type.Object(
  {
    channel: Type.String({ description: 'Letter of the channel.' }),
    threshold: Type.Union([Type.Literal('auto'), Type.Number()], { default: 'auto' }),
  },
  { additionalProperties: false },
);

const Parameters = Type.Object(
  {
    channels: Type.Array(Type.String(), { minItems: 1, description: 'Letters of the prediction.' }),
    options: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
      default: {},
      description: 'Options of each channel.',
    }),
    seeds: Type.Array(Cut, { minItems: 1, description: 'Seeds are where all of these agree.' }),
    growth: Type.Array(Cut, { minItems: 1, description: 'Objects grow where all of these agree.' }),
    surface: Type.String({ description: 'Channel that objects grow over.' }),
    seedMorphology: Type.Array(
      Type.Object(
        {
          operation: Type.Union([Type.Literal('dilate'), Type.Literal('erode')]),
          radius: Type.Integer({ minimum: 0 }),
        },
        { additionalProperties: false },
      ),
      { default: [], description: 'Done to the seeds in each plane, in this order.' },
    ),
    smallestSeed: Type.Integer({ minimum: 0, default: 0, description: 'Seeds of at most so many pixels are dropped.' }),
    closeSeeds: Type.Union(
      [
        Type.Null(),
        Type.Object(
          {
            radius: Type.Number({ exclusiveMinimum: 0 }),
            spacing: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 2, maxItems: 3 }),
          },
          { additionalProperties: false },
        ),
      ],
      { default: null, description: 'Of seeds whose middles are at most so far apart the first one stays.' },
    ),
    closeGrowth: Type.Union(
      [
        Type.Null(),
        Type.Object(
          { dilation: Type.Integer({ minimum: 0 }), erosion: Type.Integer({ minimum: 0 }) },
          { additionalProperties: false },
        ),
      ],
      { default: null, description: 'Radii of a dilation and an erosion of the area of growth.' },
    ),
    bySlices: Type.Boolean({ default: false, description: 'Every plane of a volume alone.' }),
    product: Type.String({ default: 'channels', description: 'Prediction to use.' }),
    check: Type.Boolean({
      default: false,
      description: 'Keep what objects were made of as products: seed_map, topografic_surface, growth_mask.',
    }),
  },
  { additionalProperties: false },
);

export const watershedNode = defineNode({
  id: 'postprocessor/watershed',
  role: 'postprocessor',
  summary: 'Makes objects of predicted channels: seeds, the area in which they grow, and the surface they grow over.',
  inputs: { main: ['channels'] },
  output: 'labels',
  parameters: Parameters,
  needs: { compute: services.compute },
  keys: ['PROBLEM.INSTANCE_SEG.WATERSHED.DATA_CHECK_MW'],
  fromConfig({ PROBLEM: { INSTANCE_SEG: settings }, TEST: { POST_PROCESSING: post }, DATA }: Config) {
    const rules = settings.WATERSHED;
    const cuts = (channels: unknown, thresholds: unknown) =>
      (channels as string[]).map((channel, i) => ({
        channel,
        threshold: ((thresholds as (number | 'auto')[])[i] ?? 'auto') as number | 'auto',
      }));
    const radii = rules.SEED_MORPH_RADIUS as number[];
    return {
      channels: [...(settings.DATA_CHANNELS as string[])],
      options: (settings.DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as AllChannelOptions,
      seeds: cuts(rules.SEED_CHANNELS, rules.SEED_CHANNELS_THRESH),
      growth: cuts(rules.GROWTH_MASK_CHANNELS, rules.GROWTH_MASK_CHANNELS_THRESH),
      surface: rules.TOPOGRAPHIC_SURFACE_CHANNEL,
      seedMorphology: (rules.SEED_MORPH_SEQUENCE as ('dilate' | 'erode')[]).map((operation, i) => ({
        operation,
        radius: radii[i],
      })),
      smallestSeed: rules.DATA_REMOVE_BEFORE_MW ? rules.DATA_REMOVE_SMALL_OBJ_BEFORE : 0,
      closeSeeds:
        post.REMOVE_CLOSE_POINTS && post.REMOVE_CLOSE_POINTS_RADIUS > 0
          ? { radius: post.REMOVE_CLOSE_POINTS_RADIUS, spacing: [...(DATA.TEST.RESOLUTION as number[])] }
          : null,
      // BiaPy dilates by the radius of the erosion first: a closing, with the radii crosswise.
      closeGrowth: rules.ERODE_AND_DILATE_GROWTH_MASK
        ? { dilation: rules.FORE_EROSION_RADIUS, erosion: rules.FORE_DILATION_RADIUS }
        : null,
      bySlices: rules.BY_2D_SLICES,
      product: 'channels',
      check: rules.DATA_CHECK_MW,
    };
  },
  // Labels, seeds, surface twice in double precision, masks, the queue of the flood, and the channels again for the thread.
  memory: ({ channels }, { shape }) => labelBytes(shape, 16 + channels.length),
  create:
    (parameters, { compute }, place) =>
    ({ main }) =>
      main.pipe(
        inThreads<WatershedTask, Record<string, Image>>(compute, {
          procedure: { module: import.meta.url, name: 'objectsOfWatershed' },
          input: (sample) => ({
            prediction: productOf(sample, parameters.product, place.name),
            parameters,
            file: sample.file,
          }),
          output: (sample, made) => ({ ...sample, products: { ...sample.products, ...made } }),
        }),
      ),
});

interface WatershedTask {
  prediction: Image;
  parameters: Static<typeof Parameters>;
  file: string;
}

/**
 * Labels of the least type that holds their number, `[[z,] y, x, 1]`, and with `check` what they were made of.
 *
 * @throws DataError for channels that do not fit.
 */
export function objectsOfWatershed({ prediction, parameters, file }: WatershedTask): Record<string, Image> {
  const { channels, options, product: _, closeGrowth, closeSeeds, check, ...rules } = parameters;
  const layout = predictionLayout(channels, options, {}, (prediction.shape.length - 1) as 2 | 3);
  const wanted = layout.reduce((sum, { count }) => sum + count, 0);
  if (channelCount(prediction) < wanted) throw fewChannels(file, channels.join(', '), wanted, prediction);
  const places = Object.fromEntries(layout.map(({ channel, first }) => [channel, first]));
  const axes = prediction.shape.length - 1;
  // Planes that have become a stack lie a pixel apart.
  const spacing = closeSeeds && [...new Array<number>(axes - closeSeeds.spacing.length).fill(1), ...closeSeeds.spacing];
  const all: WatershedRules = {
    ...rules,
    ...(closeGrowth && { closeGrowth }),
    ...(closeSeeds && spacing && { closeSeeds: { radius: closeSeeds.radius, spacing } }),
  };
  // Distances in steps are predicted alone.
  const relief = wanted === DISTANCE_LEVELS && channels.includes('Db') ? meanDistance(prediction) : prediction;
  const { labels, seeds, surface, growth } = watershedInstances(relief, places, all);
  const made = { labels: smallestLabels(labels) };
  if (!check) return made;
  const heights = image(Float32Array.from(surface.data), surface.shape, surface.metadata);
  return { ...made, seed_map: smallestLabels(seeds), topografic_surface: heights, growth_mask: growth };
}
