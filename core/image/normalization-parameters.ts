/**
 * Normalisation as nodes take it: the schema of its parameters, and the way from DATA.NORMALIZATION to them.
 */
import { type Static, Type } from 'typebox';
import type { Config } from '../config/index.js';
import type { NormalizationOptions } from './normalize.js';

const Percentile = Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()]);
const Values = Type.Union([Type.Array(Type.Number(), { minItems: 1 }), Type.Null()]);

export const NormalizationParameters = Type.Object(
  {
    type: Type.Union([Type.Literal('div'), Type.Literal('scale_range'), Type.Literal('zero_mean_unit_variance')], {
      default: 'zero_mean_unit_variance',
      description: 'div divides by 255 or 65535; scale_range maps the range of the channel to [0, 1].',
    }),
    lowerPercentile: { ...Percentile, default: null, description: 'Intensities below are raised to it.' },
    upperPercentile: { ...Percentile, default: null, description: 'Intensities above are lowered to it.' },
    lowerValue: { ...Values, default: null, description: 'One limit, or one per channel; wins over the percentile.' },
    upperValue: { ...Values, default: null, description: 'One limit, or one per channel; wins over the percentile.' },
    mean: { ...Values, default: null, description: 'Fixed mean instead of that of the image.' },
    deviation: { ...Values, default: null, description: 'Fixed standard deviation instead of that of the image.' },
  },
  { additionalProperties: false },
);

export type NormalizationParameters = Static<typeof NormalizationParameters>;

/** The section for input images, or that for targets: the input's where DATA.NORMALIZATION.TARGET is off. */
export function normalizationFromConfig(config: Config, of: 'input' | 'target'): NormalizationParameters {
  const input = config.DATA.NORMALIZATION;
  const own = of === 'target' && input.TARGET.ENABLE;
  const { PERC_CLIP, ZERO_MEAN_UNIT_VAR } = own ? input.TARGET : input;
  const type = (own && input.TARGET.TYPE) || input.TYPE;
  const fixed = (values: number[]) => (values.every((value) => value === -1) ? null : values);
  const percentile = (value: number) => (PERC_CLIP.ENABLE && value !== -1 ? value : null);
  return {
    type: type as NormalizationParameters['type'],
    lowerPercentile: percentile(PERC_CLIP.LOWER_PERC),
    upperPercentile: percentile(PERC_CLIP.UPPER_PERC),
    lowerValue: PERC_CLIP.ENABLE ? fixed(PERC_CLIP.LOWER_VALUE as number[]) : null,
    upperValue: PERC_CLIP.ENABLE ? fixed(PERC_CLIP.UPPER_VALUE as number[]) : null,
    mean: fixed(ZERO_MEAN_UNIT_VAR.MEAN_VAL as number[]),
    deviation: fixed(ZERO_MEAN_UNIT_VAR.STD_VAL as number[]),
  };
}

/** Whether intensities are measured on whole images, on each patch, or on all training images (DATA.NORMALIZATION.MEASURE_BY). */
export function isMeasuredBy({ DATA: data }: Config, what: 'image' | 'patch' | 'dataset'): boolean {
  return data.NORMALIZATION.MEASURE_BY === what;
}

/** Parameters without what is not set. */
export function normalizationOptions(parameters: NormalizationParameters): NormalizationOptions {
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
