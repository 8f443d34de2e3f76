/**
 * The normalisation of a whole data set (DATA.NORMALIZATION.MEASURE_BY: dataset): one set of numbers for all of its images, measured part by
 * part. Sums and percentiles are exact, so the numbers do not depend on the order of images or the size of parts.
 */
import { DataError } from '../errors.js';
import { ExactMoments } from '../nd/exact-moments.js';
import { countsOf, rangeOf } from '../nd/moments.js';
import { StreamedPercentiles } from '../nd/streamed-percentile.js';
import { isFloat } from './cast.js';
import { channelCount, type DType, type Image } from './image.js';
import {
  type ChannelStatistics,
  chosen,
  type Normalization,
  type NormalizationOptions,
  orderedLimits,
} from './normalize.js';
import { partsOf } from './parts.js';

/** What a pass over the images gathers: how values spread, more of their digits, or their sums between limits. */
type Pass = 'spread' | 'digits' | 'sums' | 'done';

interface Channel {
  min: number;
  max: number;
  /** How often each number of 8 or 16 bits occurs, from −32768 on; of other types nothing is counted here. */
  counts: Float64Array | undefined;
  /** Whether other types came. */
  wide: boolean;
  percentiles: StreamedPercentiles | undefined;
  lower: number | undefined;
  upper: number | undefined;
  moments: ExactMoments;
}

const LEAST = -32768;
const NUMBERS = 98304;

/**
 * ```
 * const measure = new DatasetMeasure(options);
 * do for (const part of parts) measure.add(part); while (measure.again());
 * const normalization = measure.result();
 * ```
 */
export class DatasetMeasure {
  #pass: Pass = 'spread';
  #dtype: DType | undefined;
  #result: Normalization | undefined;
  readonly #channels: Channel[] = [];

  constructor(private readonly options: NormalizationOptions) {}

  /**
   * Takes in a part of an image of the data set.
   *
   * @throws DataError, naming `file`, for NaN or infinite values, or another number of channels.
   */
  add(part: Image, file: string): void {
    const step = channelCount(part);
    this.#dtype ??= part.dtype;
    if (this.#channels.length === 0)
      for (let channel = 0; channel < step; channel++) this.#channels.push(this.#channel(channel));
    if (this.#channels.length !== step)
      throw new DataError(
        `${file}: has ${step} channel${step === 1 ? '' : 's'}, but images before it have ${this.#channels.length}. Images of a data set need as many each.`,
        { where: { file } },
      );
    this.#channels.forEach((channel, first) => {
      if (isNarrow(part)) this.#count(channel, part, first, step);
      else this.#addWide(channel, part, first, step, file);
    });
  }

  /** Ends a pass. True when the same images are wanted once more. @throws DataError when there were none. */
  again(): boolean {
    if (this.#channels.length === 0)
      throw new DataError('there is no image to measure the data set by. Look at DATA.TRAIN.PATH.');
    if (this.#pass === 'spread') {
      for (const { counts, percentiles } of this.#channels) if (percentiles) replay(counts, percentiles);
      for (const { percentiles } of this.#channels) percentiles?.again();
      this.#pass = 'digits';
      if (this.#channels.some(({ percentiles, wide }) => percentiles && wide)) return true;
    }
    if (this.#pass === 'digits') {
      this.#limit();
      this.#pass = 'sums';
      if (this.#wantsSums && this.#channels.some(({ percentiles, wide }) => percentiles && wide)) return true;
    }
    this.#pass = 'done';
    return false;
  }

  /** The numbers. dtype is that of the first image. */
  result(): Normalization {
    this.#result ??= this.#numbers();
    return this.#result;
  }

  #numbers(): Normalization {
    const { type, mean, deviation, unitFloats } = this.options;
    const channels = this.#channels.map((channel, i): ChannelStatistics => {
      const { lower, upper } = channel;
      const limits = { ...(lower !== undefined && { lower }), ...(upper !== undefined && { upper }) };
      if (type === 'zero_mean_unit_variance') {
        const fixed = { mean: chosen(mean, i), deviation: chosen(deviation, i) };
        if (fixed.mean !== undefined && fixed.deviation !== undefined)
          return { ...limits, mean: fixed.mean, deviation: fixed.deviation };
        replayWithin(channel);
        const measured = channel.moments.moments();
        return { ...limits, mean: fixed.mean ?? measured.mean, deviation: fixed.deviation ?? measured.deviation };
      }
      const min = Math.min(Math.max(channel.min, lower ?? -Infinity), upper ?? Infinity);
      const max = Math.min(Math.max(channel.max, lower ?? -Infinity), upper ?? Infinity);
      if (type === 'scale_range' || (min === 0 && max === 1)) return { ...limits, min, max };
      if (unitFloats && isFloat(this.#dtype!) && min >= 0 && max <= 1) return { ...limits, min: 0, max: 1 };
      return { ...limits, min: 0, max: max > 255 ? 65535 : 255 };
    });
    return { type, dtype: this.#dtype!, channels };
  }

  get #wantsSums(): boolean {
    const { type, mean, deviation } = this.options;
    return type === 'zero_mean_unit_variance' && (mean === undefined || deviation === undefined);
  }

  #channel(index: number): Channel {
    const { clip } = this.options;
    const fixed = { lower: chosen(clip?.lowerValue, index), upper: chosen(clip?.upperValue, index) };
    const wanted = this.#percentiles(fixed);
    return {
      min: Infinity,
      max: -Infinity,
      counts: undefined,
      wide: false,
      percentiles: wanted.length > 0 ? new StreamedPercentiles(wanted) : undefined,
      ...fixed,
      moments: new ExactMoments(),
    };
  }

  #percentiles({ lower, upper }: { lower: number | undefined; upper: number | undefined }): number[] {
    const { clip } = this.options;
    return [
      ...(lower === undefined && clip?.lowerPercentile !== undefined ? [clip.lowerPercentile] : []),
      ...(upper === undefined && clip?.upperPercentile !== undefined ? [clip.upperPercentile] : []),
    ];
  }

  #count(channel: Channel, { data }: Image, first: number, step: number): void {
    if (this.#pass !== 'spread') return;
    channel.counts ??= new Float64Array(NUMBERS);
    const { counts } = channel;
    if (data instanceof Uint8Array || data instanceof Uint16Array)
      countsOf(data, first, step).forEach((times, value) => {
        counts[value - LEAST] += times;
      });
    else for (let i = first; i < data.length; i += step) counts[data[i] - LEAST]++;
    const range = rangeOf(data, first, step);
    channel.min = Math.min(channel.min, range.min);
    channel.max = Math.max(channel.max, range.max);
  }

  #addWide(channel: Channel, { data }: Image, first: number, step: number, file: string): void {
    const { percentiles, moments, lower, upper } = channel;
    const limits = { first, step, ...(lower !== undefined && { lower }), ...(upper !== undefined && { upper }) };
    if (this.#pass === 'sums') {
      if (percentiles) moments.add(data, limits);
      return;
    }
    if (this.#pass === 'digits') {
      percentiles?.add(data, { first, step });
      return;
    }
    const { min, max, finite } = rangeOf(data, first, step);
    if (!finite)
      throw new DataError(
        `${file}: channel ${first} holds NaN or infinite values, so it has no statistics. Replace them before the run.`,
        { where: { file } },
      );
    channel.wide = true;
    channel.min = Math.min(channel.min, Math.fround(min));
    channel.max = Math.max(channel.max, Math.fround(max));
    if (percentiles) percentiles.add(data, { first, step });
    else if (this.#wantsSums) moments.add(data, limits);
  }

  /** Percentiles become limits: float32, as the values that they limit are. */
  #limit(): void {
    for (const [index, channel] of this.#channels.entries()) {
      const { clip } = this.options;
      const { percentiles, counts } = channel;
      if (!percentiles) continue;
      replay(counts, percentiles);
      const found = percentiles.result();
      if (chosen(clip?.lowerValue, index) === undefined && clip?.lowerPercentile !== undefined)
        channel.lower = Math.fround(found.shift()!);
      if (chosen(clip?.upperValue, index) === undefined && clip?.upperPercentile !== undefined)
        channel.upper = Math.fround(found.shift()!);
      channel.lower = orderedLimits(channel).lower;
    }
  }
}

/** The numbers of one image that is read in parts, as if it were in memory. Errors as {@link DatasetMeasure.add}. */
export async function measureInParts(
  picture: Image,
  options: NormalizationOptions,
  file: string,
  signal?: AbortSignal,
): Promise<Normalization> {
  const measure = new DatasetMeasure(options);
  do for await (const part of partsOf(picture, signal)) measure.add(part, file);
  while (measure.again());
  return measure.result();
}

function isNarrow({ data }: Image): boolean {
  return data.BYTES_PER_ELEMENT <= 2;
}

function replay(counts: Float64Array | undefined, percentiles: StreamedPercentiles): void {
  counts?.forEach((times, i) => {
    if (times > 0) percentiles.addMany(i + LEAST, times);
  });
}

/** What was counted, limited, among the sums. */
function replayWithin({ counts, moments, lower = -Infinity, upper = Infinity }: Channel): void {
  counts?.forEach((times, i) => {
    if (times > 0) moments.addMany(Math.min(Math.max(i + LEAST, lower), upper), times);
  });
}
