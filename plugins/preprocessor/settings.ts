/** What all preprocessors take from the configuration. */
import type { Config } from '../../core/config/index.js';
import { DataError } from '../../core/errors.js';
import { castPixels, integerRange, isFloat } from '../../core/image/cast.js';
import { type Image, image, sizeOf } from '../../core/image/image.js';
import type { Sample } from '../../core/image/sample.js';
import { VOLUME_SHARES } from '../../core/image/volume-shares.js';
import { dataSectionOf } from '../../core/plugin/data-section.js';
import type { Part, Place } from '../../core/plugin/define.js';
import { TRAINING_SHARES } from '../../core/train/memory-shares.js';

type Sections = Config['DATA']['PREPROCESS'];

/** DATA.PREPROCESS where it is on for a part. Images out of the training set are prepared as that is. */
export function preprocessing(config: Config, part: Part): Sections | undefined {
  const { PREPROCESS } = config.DATA;
  return PREPROCESS[dataSectionOf(config, part)] ? PREPROCESS : undefined;
}

/**
 * A result in the number type of the image it was made of, as BiaPy has it. Where BiaPy cuts decimals off, values are
 * rounded: a flat image stays flat.
 *
 * @param unit the result lies in [0, 1] and is brought to the range of an integer type.
 */
export function inTypeOf(source: Image, result: Image, unit = false): Image {
  const { dtype } = source;
  if (isFloat(dtype) && result.dtype === dtype) return result;
  const most = unit && !isFloat(dtype) ? integerRange(dtype)[1] : 1;
  const values = most === 1 ? result.data : result.data.map((value) => value * most);
  return image(castPixels(values, dtype), result.shape, result.metadata);
}

/** Bytes that a step may take for parts of volumes, with what lies around them. */
export function surroundingsBudget(phase: Place['phase'], budget: number): number {
  return budget * (phase === 'test' ? VOLUME_SHARES : TRAINING_SHARES).surroundings;
}

/** Bytes of an image in double precision, which the array algorithms work in. */
export function workingBytes(shape: readonly number[], copies: number): number {
  return copies * sizeOf(shape) * Float64Array.BYTES_PER_ELEMENT;
}

/** The sample with its image changed. @throws DataError naming the file and the key where the image is none for that. */
export function changed(sample: Sample, key: string, work: (picture: Image) => Image): Sample {
  const { image: picture, file, id } = sample;
  try {
    return { ...sample, image: work(picture) };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DataError(`${file || id}: ${cause.message}. Change ${key}, or switch it off.`, {
      where: { ...(file && { file }), key },
      cause,
    });
  }
}
