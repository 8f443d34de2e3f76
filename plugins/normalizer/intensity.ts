/**
 * Brings intensities to a common range (DATA.NORMALIZATION): float32, clipped, normalised per channel.
 */
import { map } from 'rxjs';
import { type Static, Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { sizeOf } from '../../core/image/image.js';
import { measureNormalization, type NormalizationOptions, normalize } from '../../core/image/normalize.js';
import { defineNode } from '../../core/plugin/define.js';

const Values = Type.Union([Type.Array(Type.Number(), { minItems: 1 }), Type.Null()]);

const Parameters = Type.Object(
  {
    type: Type.Union([Type.Literal('div'), Type.Literal('scale_range'), Type.Literal('zero_mean_unit_variance')], {
      default: 'zero_mean_unit_variance',
      description: 'div divides by 255 or 65535; scale_range maps the range of the channel to [0, 1].',
    }),
    lowerPercentile: Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()], { default: null }),
    upperPercentile: Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()], { default: null }),
    lowerValue: { ...Values, default: null, description: 'One limit, or one per channel; wins over the percentile.' },
    upperValue: { ...Values, default: null },
    mean: { ...Values, default: null, description: 'Fixed mean instead of that of the image.' },
    deviation: { ...Values, default: null, description: 'Fixed standard deviation instead of that of the image.' },
  },
  { additionalProperties: false },
);

type IntensityParameters = Static<typeof Parameters>;

export const intensityNormalizer = defineNode({
  id: 'normalizer/intensity',
  role: 'normalizer',
  summary: 'Brings intensities to a common range, measured on each whole image.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Parameters,
  fromConfig,
  // The raw image is kept beside the normalised one, for pictures and for undoing the normalisation.
  memory: (_, { shape }) => sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT,
  create(parameters) {
    const options = normalizationOptions(parameters);
    return ({ main }) =>
      main.pipe(
        map((sample) => {
          const normalization = measureNormalization(sample.image, options, sample.file);
          return {
            ...sample,
            image: normalize(sample.image, normalization),
            products: { raw: sample.image, ...sample.products },
            facts: { ...sample.facts, normalization },
          };
        }),
      );
  },
});

function fromConfig(config: Config): IntensityParameters {
  const { TYPE, PERC_CLIP, ZERO_MEAN_UNIT_VAR } = config.DATA.NORMALIZATION;
  const fixed = (values: number[]) => (values.every((value) => value === -1) ? null : values);
  const percentile = (value: number) => (PERC_CLIP.ENABLE && value !== -1 ? value : null);
  return {
    type: TYPE as IntensityParameters['type'],
    lowerPercentile: percentile(PERC_CLIP.LOWER_PERC),
    upperPercentile: percentile(PERC_CLIP.UPPER_PERC),
    lowerValue: PERC_CLIP.ENABLE ? fixed(PERC_CLIP.LOWER_VALUE as number[]) : null,
    upperValue: PERC_CLIP.ENABLE ? fixed(PERC_CLIP.UPPER_VALUE as number[]) : null,
    mean: fixed(ZERO_MEAN_UNIT_VAR.MEAN_VAL as number[]),
    deviation: fixed(ZERO_MEAN_UNIT_VAR.STD_VAL as number[]),
  };
}

function normalizationOptions(parameters: IntensityParameters): NormalizationOptions {
  const { type, lowerPercentile, upperPercentile, lowerValue, upperValue, mean, deviation } = parameters;
  const clips = [lowerPercentile, upperPercentile, lowerValue, upperValue].some((value) => value !== null);
  return {
    type,
    ...(clips && {
      clip: {
        ...(lowerPercentile !== null && { lowerPercentile }),
        ...(upperPercentile !== null && { upperPercentile }),
        ...(lowerValue !== null && { lowerValue }),
        ...(upperValue !== null && { upperValue }),
      },
    }),
    ...(mean !== null && { mean }),
    ...(deviation !== null && { deviation }),
  };
}
