/** What both sample filters take from the configuration. */
import { type Static, Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { measureInParts } from '../../core/image/dataset-normalization.js';
import { mapImage } from '../../core/image/deferred.js';
import type { Image } from '../../core/image/image.js';
import {
  isMeasuredBy,
  NormalizationParameters,
  normalizationFromConfig,
  normalizationOptions,
} from '../../core/image/normalization-parameters.js';
import { measureNormalization, normalize } from '../../core/image/normalize.js';
import type { Sample } from '../../core/image/sample.js';
import type { FilterGroups, Measured } from '../../core/image/sample-filter.js';
import { type Subset, subsetFromConfig } from '../../core/image/subset.js';
import { dataSectionOf } from '../../core/plugin/data-section.js';
import type { Part } from '../../core/plugin/define.js';

/** The switches that the filters answer to. */
export const FILTER_KEYS = [
  'DATA.TRAIN.FILTER_SAMPLES.ENABLE',
  'DATA.VAL.FILTER_SAMPLES.ENABLE',
  'DATA.TEST.FILTER_SAMPLES.ENABLE',
  'DATA.SAVE_FILTERED_IMAGES',
];

export interface FilterSettings {
  groups: FilterGroups;
  /** Samples that must be left. */
  least: number;
  examples: { folder: string; count: number } | null;
  normalize: NormalizeBefore;
}

/** Intensities that are normalised on each patch come here as they are in their files. */
export const NormalizeBefore = Type.Union(
  [
    Type.Object(
      { image: NormalizationParameters, target: Type.Union([NormalizationParameters, Type.Null()]) },
      { additionalProperties: false },
    ),
    Type.Null(),
  ],
  { default: null, description: 'Normalisation of each sample before it is measured; null where it is done.' },
);
export type NormalizeBefore = Static<typeof NormalizeBefore>;

/** A sample as it is measured. */
export function normalizedBefore(measured: Measured, settings: NormalizeBefore): Measured {
  if (!settings) return measured;
  const { image, target, file } = measured;
  const apply = (picture: Image, parameters: NormalizationParameters, unitFloats: boolean) => {
    const options = { ...normalizationOptions(parameters), unitFloats };
    return normalize(picture, measureNormalization(picture, options, file));
  };
  return {
    ...measured,
    whole: measured.whole ?? image,
    image: apply(image, settings.image, false),
    ...(target && settings.target && { target: apply(target, settings.target, true) }),
  };
}

/**
 * A whole sample as it is measured, which may be read in parts. One in memory was normalised before, unless patches are; of one in parts
 * each part was, by numbers of its own, so it is normalised anew by those of the whole.
 *
 * @param settings of samples that come as they are in their files, and of those in parts.
 */
export async function normalizedWhole(
  { image: picture, target, products, facts, file }: Sample,
  { normalize: all, normalizeParts: parts }: { normalize: NormalizeBefore; normalizeParts: NormalizeBefore },
  signal: AbortSignal,
): Promise<Measured> {
  const { raw = picture } = products;
  const anew = parts && picture.source && products.raw && !facts.normalization;
  const settings = anew ? parts : all;
  const measured = { image: anew ? raw : picture, ...(target && { target }), whole: raw, file };
  if (!settings) return measured;
  const apply = async (part: Image, parameters: NormalizationParameters, unitFloats: boolean) => {
    const options = { ...normalizationOptions(parameters), unitFloats };
    const normalization = await measureInParts(part, options, file, signal);
    return mapImage(part, (pixels) => normalize(pixels, normalization), { dtype: 'float32' });
  };
  return {
    ...measured,
    image: await apply(measured.image, settings.image, false),
    ...(target && settings.target && { target: await apply(target, settings.target, true) }),
  };
}

const IMAGE_TARGETS = ['SUPER_RESOLUTION', 'DENOISING', 'SELF_SUPERVISED', 'IMAGE_TO_IMAGE'];

/**
 * The conditions of a part; undefined where it filters nothing. Validation images out of the training set are filtered as
 * these are, so that both sides of the split come from one list.
 */
export function filterSettings(config: Config, part: Part): FilterSettings | undefined {
  const { DATA: data, PATHS: paths } = config;
  const { ENABLE, PROPS, VALUES, SIGNS, NORM_BEFORE } = data[dataSectionOf(config, part)].FILTER_SAMPLES;
  if (!ENABLE) return undefined;
  const groups = (PROPS as string[][]).map((group, i) =>
    group.map((property, j) => ({ property, sign: SIGNS[i][j], value: VALUES[i][j] })),
  );
  return {
    groups: groups as FilterGroups,
    // BiaPy stops a training that is left with one sample or none, before it divides them.
    least: part === 'test' ? 0 : dividedBefore(config, part) ? 1 : 2,
    examples: data.SAVE_FILTERED_IMAGES
      ? { folder: `${paths.FIL_SAMPLES_DIR}/${part}`, count: data.SAVE_FILTERED_IMAGES_NUM }
      : null,
    normalize: NORM_BEFORE && isMeasuredBy(config, 'patch') ? normalizations(config) : null,
  };
}

/** Normalisation of whole images that come in parts; null where it is none, or is the same for all parts. */
export function normalizationOfParts(config: Config, part: Part): NormalizeBefore {
  const { NORM_BEFORE } = config.DATA[dataSectionOf(config, part)].FILTER_SAMPLES;
  if (!NORM_BEFORE || !isMeasuredBy(config, 'image')) return null;
  const both = normalizations(config);
  // Targets of a test stay as they are in their files.
  return part === 'test' ? { ...both, target: null } : both;
}

function normalizations(config: Config): NonNullable<NormalizeBefore> {
  return {
    image: normalizationFromConfig(config, 'input'),
    target: IMAGE_TARGETS.includes(config.PROBLEM.TYPE) ? normalizationFromConfig(config, 'target') : null,
  };
}

/** Whether whole images are measured: asked for, or there is no list of patches, because they are random or not cut. */
export function filtersImages(config: Config, part: Part): boolean {
  const { TEST: test, PROBLEM: problem } = config;
  const whole = part === 'test' && test.FULL_IMG && problem.NDIM === '2D';
  return whole || (isTrainingData(config, part) && trainsOnImages(config)) || config.DATA.FILTER_BY_IMAGE;
}

/**
 * The side of the split that is given, of the images that are left: BiaPy filters the training set before it divides it. The list of
 * patches is of images that were divided.
 */
export function subsetOfLeft(config: Config, part: Part): Subset | null {
  const { VAL, TEST } = config.DATA;
  const divided = part === 'test' ? TEST.USE_VAL_AS_TEST : VAL.FROM_TRAIN;
  return divided && trainsOnImages(config) ? subsetFromConfig(config, part === 'train' ? 'train' : 'validation') : null;
}

function dividedBefore(config: Config, part: Part): boolean {
  return config.DATA.VAL.FROM_TRAIN && subsetOfLeft(config, part) === null;
}

function isTrainingData({ DATA: { TEST } }: Config, part: Part): boolean {
  return part !== 'test' || TEST.USE_VAL_AS_TEST;
}

/** Whether the training measures whole images. */
function trainsOnImages({ DATA: data }: Config): boolean {
  return data.FILTER_BY_IMAGE || data.TRAIN.EXTRACT_RANDOM_PATCH;
}
