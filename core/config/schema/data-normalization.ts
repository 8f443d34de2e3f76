import { bool, float, floats, I2I, section, text } from './key.js';

export const NormalizationSchema = section({
  PERC_CLIP: section({
    ENABLE: bool(false, 'Clip intensities of the input before normalizing.'),
    LOWER_PERC: float(-1, 'Lower clipping percentile (0 to 100) of the input; -1 means unset.'),
    UPPER_PERC: float(-1, 'Upper clipping percentile (0 to 100) of the input; -1 means unset.'),
    LOWER_VALUE: floats([-1], 'Fixed lower clipping value of the input, one or one per channel; -1 means unset.'),
    UPPER_VALUE: floats([-1], 'Fixed upper clipping value of the input, one or one per channel; -1 means unset.'),
  }),
  TYPE: text(
    'zero_mean_unit_variance',
    "Normalization of the input: divide by the type's maximum, rescale to the data range, or subtract mean and divide by deviation.",
    { choices: ['div', 'scale_range', 'zero_mean_unit_variance'] },
  ),
  MEASURE_BY: text(
    'image',
    'What is measured: each whole image, each patch, or all training images together. Volumes read in parts are measured by patch in place of image. Biagraph only.',
    { choices: ['image', 'patch', 'dataset'] },
  ),
  ZERO_MEAN_UNIT_VAR: section({
    MEAN_VAL: floats([-1], 'Fixed mean, one or one per channel; -1 computes it.'),
    STD_VAL: floats([-1], 'Fixed standard deviation, one or one per channel; -1 computes it.'),
  }),
  TARGET: section(
    {
      ENABLE: bool(false, "Normalize the target by its own settings instead of the input's."),
      TYPE: text('', "Normalization of the target; empty reuses the input's type.", {
        choices: ['', 'div', 'scale_range', 'zero_mean_unit_variance'],
      }),
      PERC_CLIP: section({
        ENABLE: bool(false, 'Clip intensities of the target before normalizing.'),
        LOWER_PERC: float(-1, 'Lower clipping percentile (0 to 100) of the target; -1 means unset.'),
        UPPER_PERC: float(-1, 'Upper clipping percentile (0 to 100) of the target; -1 means unset.'),
        LOWER_VALUE: floats([-1], 'Fixed lower clipping value of the target, one or one per channel; -1 means unset.'),
        UPPER_VALUE: floats([-1], 'Fixed upper clipping value of the target, one or one per channel; -1 means unset.'),
      }),
      ZERO_MEAN_UNIT_VAR: section({
        MEAN_VAL: floats([-1], 'Fixed target mean; -1 computes it for each image.'),
        STD_VAL: floats([-1], 'Fixed target standard deviation; -1 computes it for each image.'),
      }),
    },
    { workflows: [I2I] },
  ),
});
