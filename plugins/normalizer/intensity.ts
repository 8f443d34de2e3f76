/**
 * Brings intensities to a common range (DATA.NORMALIZATION): float32, clipped, normalised per channel.
 */
import { concatMap } from 'rxjs';
import { measureInParts } from '../../core/image/dataset-normalization.js';
import { mapImage } from '../../core/image/deferred.js';
import { type Image, sizeOf } from '../../core/image/image.js';
import {
  NormalizationParameters,
  normalizationFromConfig,
  normalizationOptions,
} from '../../core/image/normalization-parameters.js';
import {
  MEASURED_WHOLE,
  type MeasuredPart,
  measureNormalization,
  type NormalizationOptions,
  normalize,
} from '../../core/image/normalize.js';
import { OneDivisor } from '../../core/image/one-divisor.js';
import type { Sample } from '../../core/image/sample.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const intensityNormalizer = defineNode({
  id: 'normalizer/intensity',
  role: 'normalizer',
  summary:
    'Brings intensities to a common range, measured on each whole image, or on each patch where it gets patches.',
  inputs: { main: ['image', 'patch'] },
  output: 'same',
  parameters: NormalizationParameters,
  fromConfig: (config) => normalizationFromConfig(config, 'input'),
  // The raw image is kept beside the normalised one, for pictures and for undoing the normalisation.
  memory: (_, { shape }) => sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT,
  needs: { memory: services.memory, signal: services.signal, events: services.events },
  create(parameters, { memory, signal, events }) {
    const options = normalizationOptions(parameters);
    const divisor = new OneDivisor();
    return ({ main }) =>
      main.pipe(
        concatMap(async (sample): Promise<Sample> => {
          const isPatch = sample.placement !== undefined || sample.moment !== undefined;
          if (isPatch) return normalizePatch(sample, options);
          const raw = sample.image;
          if (raw.source && sample.facts[MEASURED_WHOLE]) {
            const normalization = await measureInParts(raw, options, sample.file, signal);
            return {
              ...sample,
              image: mapImage(raw, (part) => normalize(part, normalization), { dtype: 'float32' }),
              products: { raw, ...sample.products },
              facts: { ...sample.facts, normalization },
            };
          }
          // What is read in parts has no statistics of its own: each part that is read is measured, as BiaPy does.
          if (raw.source)
            return {
              ...sample,
              image: mapImage(raw, (part) => normalizePart(part, options, sample.file), { dtype: 'float32' }),
              products: { raw, ...sample.products },
            };
          const normalization = measureNormalization(raw, options, sample.file);
          const message = divisor.differs(raw, normalization, sample.file);
          if (message) events.emit({ type: 'warning', message });
          return {
            ...sample,
            image: normalize(raw, normalization, (dtype, length) => memory.pixels(dtype, length)),
            products: { raw, ...sample.products },
            facts: { ...sample.facts, normalization },
          };
        }),
      );
  },
});

/** Measures a part on its own, and notes what was found. */
function normalizePart(part: Image, options: NormalizationOptions, file: string): MeasuredPart {
  const normalization = measureNormalization(part, options, file);
  return { ...normalize(part, normalization), normalization };
}

/** A patch, and the other one that it is to be mixed with. Each use of its pixels reads them, so they are asked for once. */
function normalizePatch({ image: raw, ...sample }: Sample, options: NormalizationOptions): Sample {
  const normalization = measureNormalization(raw, options, sample.file);
  const { partner } = sample;
  return {
    ...sample,
    image: normalize(raw, normalization),
    // Of a test, to undo the normalisation by.
    ...(sample.placement && { products: { raw, ...sample.products } }),
    facts: { ...sample.facts, normalization },
    ...(partner && { partner: { ...partner, image: normalizePart(partner.image, options, sample.file) } }),
  };
}
