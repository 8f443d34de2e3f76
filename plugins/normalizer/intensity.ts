/**
 * Brings intensities to a common range (DATA.NORMALIZATION): float32, clipped, normalised per channel.
 */
import { map } from 'rxjs';
import { mapImage } from '../../core/image/deferred.js';
import { sizeOf } from '../../core/image/image.js';
import {
  NormalizationParameters,
  normalizationFromConfig,
  normalizationOptions,
} from '../../core/image/normalization-parameters.js';
import { measureNormalization, normalize } from '../../core/image/normalize.js';
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
  needs: { memory: services.memory },
  create(parameters, { memory }) {
    const options = normalizationOptions(parameters);
    return ({ main }) =>
      main.pipe(
        map((sample) => {
          const raw = sample.image;
          // What is read in parts has no statistics of its own: each part that is read is measured, as BiaPy does.
          if (raw.source)
            return {
              ...sample,
              image: mapImage(raw, (part) => normalize(part, measureNormalization(part, options, sample.file)), {
                dtype: 'float32',
              }),
              products: { raw, ...sample.products },
            };
          const normalization = measureNormalization(raw, options, sample.file);
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
