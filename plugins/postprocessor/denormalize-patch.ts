/**
 * Brings predicted patches back to intensities before they are joined, where each was normalised by numbers of its own.
 */
import { map } from 'rxjs';
import { type Static, Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { DataError } from '../../core/errors.js';
import {
  NormalizationParameters,
  normalizationFromConfig,
  normalizationOptions,
} from '../../core/image/normalization-parameters.js';
import { denormalize, measureNormalization, type Normalization, OWN_INTENSITIES } from '../../core/image/normalize.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { defineNode, type Part } from '../../core/plugin/define.js';

const Parameters = Type.Object(
  {
    product: Type.String({ default: 'channels', description: 'Prediction to bring back.' }),
    target: Type.Union([NormalizationParameters, Type.Null()], {
      default: null,
      description: 'How the targets of the training were normalised, where that differs from the input.',
    }),
  },
  { additionalProperties: false },
);

/**
 * Patches of volumes that are read in parts, or all with DATA.NORMALIZATION.MEASURE_BY: patch. Neighbours have other numbers, so their
 * predictions can be joined as intensities alone. Patches of one normalisation pass: the joined image is brought back.
 */
export const denormalizePatch = defineNode({
  id: 'postprocessor/denormalize-patch',
  role: 'postprocessor',
  summary: 'Brings predicted patches back to intensities, where each was normalised on its own.',
  inputs: { main: ['patch'] },
  output: 'same',
  parameters: Parameters,
  fromConfig: (config: Config, part: Part): Static<typeof Parameters> | undefined =>
    part === 'test'
      ? {
          product: 'channels',
          target: config.DATA.NORMALIZATION.TARGET.ENABLE ? normalizationFromConfig(config, 'target') : null,
        }
      : undefined,
  create:
    ({ product, target }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const own = sample.facts.normalization as Normalization | undefined;
          if (!own) return sample;
          const normalization = target ? targetNormalization(sample, normalizationOptions(target)) : own;
          const restored = denormalize(productOf(sample, product, place.name), normalization, { dtype: 'float32' });
          return { ...sample, products: { ...sample.products, [OWN_INTENSITIES]: restored } };
        }),
      ),
});

/** Of a target nothing is known: what the section does not fix is measured on the patch, as for whole images. */
function targetNormalization(sample: Sample, options: ReturnType<typeof normalizationOptions>): Normalization {
  const { raw } = sample.products;
  const measured = options.type === 'div' && sample.target ? sample.target : raw;
  if (measured) return measureNormalization(measured, { ...options, unitFloats: true }, sample.file);
  const key = 'DATA.NORMALIZATION.MEASURE_BY';
  throw new DataError(
    `${sample.file || sample.id}: is read in parts, so it has no numbers to undo DATA.NORMALIZATION.TARGET by. Train with ${key}: dataset.`,
    { where: { ...(sample.file && { file: sample.file }), key } },
  );
}
