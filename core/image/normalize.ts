/**
 * Normalisation of images and its undoing, with BiaPy's types, per channel: float32, clip, normalise.
 */

import { DataError } from '../errors.js';
import { momentsOf, rangeOf } from '../nd/moments.js';
import { percentiles } from '../nd/percentile.js';
import { castPixels, isFloat, roundHalfEven } from './cast.js';
import { allocate, channelCount, type DType, type Image, image, type MakePixels } from './image.js';

export type NormalizationType = 'div' | 'scale_range' | 'zero_mean_unit_variance';

/** `DATA.NORMALIZATION`. */
export interface NormalizationOptions {
  type: NormalizationType;
  /** Limits per channel; a value wins over a percentile. Percentiles must lie within (0, 100). */
  clip?: {
    lowerPercentile?: number;
    upperPercentile?: number;
    /** One value, or one per channel. */
    lowerValue?: number | readonly number[];
    upperValue?: number | readonly number[];
  };
  /**
   * `div` leaves floating-point channels within [0, 1] as they are. BiaPy does so only where both limits are met, and
   * divides the others by 255, so that targets such as distance maps come in two scales.
   */
  unitFloats?: boolean;
  /** Fixed mean instead of the channel's; one value, or one per channel. */
  mean?: number | readonly number[];
  /** Fixed standard deviation instead of the channel's. */
  deviation?: number | readonly number[];
}

/** Numbers of one channel; `min` and `max` for div and scale_range, else `mean` and `deviation`. */
export interface ChannelStatistics {
  lower?: number;
  upper?: number;
  min?: number;
  max?: number;
  mean?: number;
  deviation?: number;
}

/** All that is needed to normalise patches of an image alike and to undo it. */
export interface Normalization {
  type: NormalizationType;
  /** Of the image as read. */
  dtype: DType;
  channels: ChannelStatistics[];
}

/** A part that was measured on its own when it was read, with the numbers that its intensities were changed by. */
export interface MeasuredPart extends Image {
  readonly normalization: Normalization;
}

export function isMeasuredPart(part: Image): part is MeasuredPart {
  return 'normalization' in part;
}

/** Fact of a sample in parts: it would be whole if it fitted into memory, so it is measured as a whole. */
export const MEASURED_WHOLE = 'measuredWhole';

/** Fact of a sample: how the targets were normalised that its network learned from, where that is known. */
export const OUTPUT_NORMALIZATION = 'outputNormalization';

/** Product of a patch that was brought back to intensities on its own, and fact of the image that is joined of such patches. */
export const OWN_INTENSITIES = 'intensities';

/** Least divisor, against flat channels. */
const EPSILON = 1e-6;

/**
 * Measures an image. Statistics are taken after clipping; the deviation is that of the population.
 * Throws DataError, naming `file`, for NaN or infinite values.
 */
export function measureNormalization(picture: Image, options: NormalizationOptions, file?: string): Normalization {
  const channels = Array.from({ length: channelCount(picture) }, (_, channel) =>
    measureChannel(picture, channel, options, file),
  );
  return { type: options.type, dtype: picture.dtype, channels };
}

function measureChannel(
  picture: Image,
  channel: number,
  { type, clip, mean, deviation, unitFloats }: NormalizationOptions,
  file = 'image',
): ChannelStatistics {
  const found: ChannelStatistics = {};
  const step = channelCount(picture);
  const { data } = picture;
  // The range of integers is not needed for their mean, and they are all finite.
  const counted = type === 'zero_mean_unit_variance' && !isFloat(picture.dtype);
  const range = counted ? undefined : rangeOf(data, channel, step);
  if (range?.finite === false)
    throw new DataError(
      `${file}: channel ${channel} holds NaN or infinite values, so it has no statistics. Replace them before the run.`,
      { where: { file } },
    );
  if (clip) Object.assign(found, clipLimits(picture, channel, clip));
  const { lower = -Infinity, upper = Infinity } = found;
  if (type === 'zero_mean_unit_variance') {
    const fixed = { mean: chosen(mean, channel), deviation: chosen(deviation, channel) };
    if (fixed.mean !== undefined && fixed.deviation !== undefined) return { ...found, ...fixed };
    const measured = momentsOf(data, { first: channel, step, lower, upper });
    return { ...found, mean: fixed.mean ?? measured.mean, deviation: fixed.deviation ?? measured.deviation };
  }
  let { min, max } = range ?? rangeOf(data, channel, step);
  min = Math.min(Math.max(min, lower), upper);
  max = Math.min(Math.max(max, lower), upper);
  if (type === 'scale_range' || (min === 0 && max === 1)) return { ...found, min, max };
  if (unitFloats && isFloat(picture.dtype) && min >= 0 && max <= 1) return { ...found, min: 0, max: 1 };
  return { ...found, min: 0, max: max > 255 ? 65535 : 255 };
}

function clipLimits(picture: Image, channel: number, clip: NonNullable<NormalizationOptions['clip']>) {
  const fixed = { lower: chosen(clip.lowerValue, channel), upper: chosen(clip.upperValue, channel) };
  const wanted = [fixed.lower === undefined && clip.lowerPercentile, fixed.upper === undefined && clip.upperPercentile];
  const asked = wanted.filter((percentile) => typeof percentile === 'number');
  const measured = asked.length > 0 ? percentiles(picture.data, asked, channel, channelCount(picture)) : [];
  const [lower, upper] = wanted.map((percentile) => (typeof percentile === 'number' ? measured.shift() : undefined));
  return orderedLimits({ lower: fixed.lower ?? lower, upper: fixed.upper ?? upper });
}

/** Where a fixed limit and a percentile cross, the upper one holds for all values, as with numpy's clip. */
export function orderedLimits<T extends { lower?: number; upper?: number }>(limits: T): T {
  const { lower, upper } = limits;
  return lower !== undefined && upper !== undefined && lower > upper ? { ...limits, lower: upper } : limits;
}

/** The value of a channel, of one for all or one for each. */
export function chosen(value: number | readonly number[] | undefined, channel: number): number | undefined {
  return typeof value === 'object' ? value[channel % value.length] : value;
}

/**
 * Clips and normalises to float32. Channels beyond the measured ones use them in turn.
 *
 * @param make makes the pixels; all of them are written.
 */
export function normalize(picture: Image, normalization: Normalization, make: MakePixels = allocate): Image {
  const step = channelCount(picture);
  const { data } = picture;
  const result = make('float32', data.length) as Float32Array;
  for (let channel = 0; channel < step; channel++) {
    const statistics = normalization.channels[channel % normalization.channels.length];
    const { lower = -Infinity, upper = Infinity } = statistics;
    const [offset, scale] = offsetAndScale(statistics);
    if (
      (data instanceof Uint8Array || data instanceof Uint16Array) &&
      data.length >= 2 ** (8 * data.BYTES_PER_ELEMENT)
    ) {
      const table = Float32Array.from(
        { length: 2 ** (8 * data.BYTES_PER_ELEMENT) },
        (_, value) => (Math.min(Math.max(value, lower), upper) - offset) / scale,
      );
      lookUp(table, data, result, channel, step);
    } else
      for (let i = channel; i < data.length; i += step) {
        const value = data[i];
        result[i] = ((value < lower ? lower : value > upper ? upper : value) - offset) / scale;
      }
  }
  return image(result, picture.shape, picture.metadata);
}

function lookUp(
  table: Float32Array,
  data: Uint8Array | Uint16Array,
  result: Float32Array,
  first: number,
  step: number,
): void {
  let i = first;
  if (step === 1)
    for (; i + 3 < data.length; i += 4) {
      result[i] = table[data[i]];
      result[i + 1] = table[data[i + 1]];
      result[i + 2] = table[data[i + 2]];
      result[i + 3] = table[data[i + 3]];
    }
  for (; i < data.length; i += step) result[i] = table[data[i]];
}

function offsetAndScale({ min, max, mean, deviation }: ChannelStatistics): [number, number] {
  if (mean !== undefined && deviation !== undefined) return [mean, Math.max(deviation, EPSILON)];
  return [min ?? 0, Math.max((max ?? 1) - (min ?? 0), EPSILON)];
}

export interface DenormalizationOptions {
  /**
   * `exact` inverts the formula, rounds and limits values to the dtype. `reference` is BiaPy's: scale_range gives
   * `x·max + min`, which overshoots when min is not 0, and cuts off decimals; zero mean lifts a rounded image with
   * negative values until its minimum is 0.
   */
  formula?: 'exact' | 'reference';
  /** Default: the dtype of the measured image. */
  dtype?: DType;
}

/**
 * Undoes {@link normalize} on a prediction; div and scale_range first limit it to [0, 1]. If the prediction has more
 * channels than were measured, their statistics are used in turn.
 */
export function denormalize(
  prediction: Image,
  normalization: Normalization,
  { formula = 'exact', dtype = normalization.dtype }: DenormalizationOptions = {},
): Image {
  const step = channelCount(prediction);
  const { data } = prediction;
  const values = new Float64Array(data.length);
  for (let channel = 0; channel < step; channel++) {
    const statistics = normalization.channels[channel % normalization.channels.length];
    const ranged = normalization.type !== 'zero_mean_unit_variance';
    const [offset, exact] = offsetAndScale(statistics);
    const scale = ranged && formula === 'reference' ? (statistics.max ?? 1) : exact;
    for (let i = channel; i < data.length; i += step)
      values[i] = (ranged ? Math.min(Math.max(data[i], 0), 1) : data[i]) * scale + offset;
  }
  if (formula === 'reference' && !isFloat(dtype)) roundLikeReference(values, normalization.type);
  return image(castPixels(values, dtype), prediction.shape, prediction.metadata);
}

function roundLikeReference(values: Float64Array, type: NormalizationType): void {
  let least = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = type === 'zero_mean_unit_variance' ? roundHalfEven(values[i]) : Math.trunc(values[i]);
    if (values[i] < least) least = values[i];
  }
  if (type === 'zero_mean_unit_variance' && least < 0) for (let i = 0; i < values.length; i++) values[i] -= least;
}
