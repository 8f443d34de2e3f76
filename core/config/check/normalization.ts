import { I2I } from '../schema/key.js';
import { showPlain } from '../value.js';
import type { Check } from './context.js';

const types = ['div', 'scale_range', 'zero_mean_unit_variance'];
const section = 'DATA.NORMALIZATION';

/** Normalisation of images and, in image to image, of targets (rules R257 to R261). */
export function checkNormalization(c: Check): void {
  const { PERC_CLIP, TARGET, TYPE, ZERO_MEAN_UNIT_VAR } = c.config.DATA.NORMALIZATION;
  const channels = c.config.DATA.PATCH_SIZE.at(-1) ?? 1;
  c.oneOf('R257', `${section}.TYPE`, types);
  c.oneOf('', `${section}.MEASURE_BY`, ['image', 'patch', 'dataset']);
  if (PERC_CLIP.ENABLE) checkClip(c, 'R258', `${section}.PERC_CLIP`, PERC_CLIP, channels);
  if (TYPE === 'zero_mean_unit_variance') checkValues(c, `${section}.ZERO_MEAN_UNIT_VAR`, ZERO_MEAN_UNIT_VAR, channels);
  if (!TARGET.ENABLE || !c.is(I2I)) return;
  c.oneOf('R259', `${section}.TARGET.TYPE`, ['', ...types]);
  const predicted = c.config.PROBLEM.IMAGE_TO_IMAGE.OUTPUT_CHANNELS;
  if (TARGET.PERC_CLIP.ENABLE) checkClip(c, 'R260', `${section}.TARGET.PERC_CLIP`, TARGET.PERC_CLIP, predicted);
  if ((TARGET.TYPE === '' ? TYPE : TARGET.TYPE) !== 'zero_mean_unit_variance') return;
  checkFixed(c);
  checkValues(c, `${section}.TARGET.ZERO_MEAN_UNIT_VAR`, TARGET.ZERO_MEAN_UNIT_VAR, predicted);
}

interface Clip {
  LOWER_PERC: number;
  UPPER_PERC: number;
  LOWER_VALUE: number[];
  UPPER_VALUE: number[];
}

const isSet = (values: readonly number[]) => values.some((value) => value !== -1);

/** Either both percentiles or both values. Upstream always asks for percentiles of the input, against its own words. */
function checkClip(c: Check, rule: string, key: string, clip: Clip, channels: number): void {
  const percentiles = [clip.LOWER_PERC, clip.UPPER_PERC].filter((value) => value !== -1).length;
  const values = [clip.LOWER_VALUE, clip.UPPER_VALUE].filter(isSet).length;
  const keys = ['ENABLE', 'LOWER_PERC', 'UPPER_PERC', 'LOWER_VALUE', 'UPPER_VALUE'].map((name) => `${key}.${name}`);
  // Of the input's, values win over percentiles where both are given; the target takes one of the two.
  const byPercentiles = percentiles === 2 && (values === 0 || rule === 'R258');
  if (!byPercentiles && !(percentiles === 0 && values === 2)) {
    const message = `Expected two percentiles or two values, came ${percentiles} and ${values}.`;
    c.error(
      rule,
      keys,
      message,
      'Write LOWER_PERC and UPPER_PERC, such as 0.1 and 99.9, or LOWER_VALUE and UPPER_VALUE.',
    );
    return;
  }
  if (percentiles === 2) {
    const low = c.inRange(rule, `${key}.LOWER_PERC`, 0, 100);
    const high = c.inRange(rule, `${key}.UPPER_PERC`, 0, 100);
    if (low && high && clip.LOWER_PERC >= clip.UPPER_PERC)
      c.error(rule, [keys[1], keys[2]], `${clip.LOWER_PERC} is not below ${clip.UPPER_PERC}.`, 'Exchange them.');
  }
  const { LOWER_VALUE: lower, UPPER_VALUE: upper } = clip;
  const counted = [hasValues(c, rule, keys[3], lower, channels), hasValues(c, rule, keys[4], upper, channels)];
  if (values !== 2 || counted.includes(false)) return;
  const of = (limits: readonly number[], channel: number) => limits[limits.length === 1 ? 0 : channel];
  const crossed = Array.from({ length: channels }, (_, channel) => channel).find(
    (channel) => of(lower, channel) >= of(upper, channel),
  );
  if (crossed !== undefined)
    c.error(
      rule,
      [keys[3], keys[4]],
      `${of(lower, crossed)} is not below ${of(upper, crossed)}.`,
      'Intensities are kept between the two.',
    );
}

/** Fixed numbers of a mean and a deviation. */
function checkValues(c: Check, key: string, fixed: { MEAN_VAL: number[]; STD_VAL: number[] }, channels: number): void {
  hasValues(c, 'R014', `${key}.MEAN_VAL`, fixed.MEAN_VAL, channels);
  if (!hasValues(c, 'R014', `${key}.STD_VAL`, fixed.STD_VAL, channels)) return;
  if (isSet(fixed.STD_VAL) && fixed.STD_VAL.some((value) => !(value > 0)))
    c.error(
      'R014',
      `${key}.STD_VAL`,
      `Expected a deviation above 0, came ${showPlain(fixed.STD_VAL)}.`,
      'Intensities are divided by it. Write [-1.0] to have it measured.',
    );
}

/** One number, or one for each channel; all of them fixed, or none. */
function hasValues(c: Check, rule: string, key: string, values: readonly number[], channels: number): boolean {
  const counted = values.length === 1 || values.length === channels;
  const mixed = isSet(values) && values.includes(-1);
  if (!counted)
    c.error(
      rule,
      [key, 'DATA.PATCH_SIZE'],
      `Expected one number, or one for each of ${channels} ${channels === 1 ? 'channel' : 'channels'}, came ${showPlain(values)}.`,
      'Give one for all channels, or one for each.',
    );
  else if (mixed)
    c.error(rule, key, `Some channels have a number and others -1: ${showPlain(values)}.`, 'Fix all of them, or none.');
  return counted && !mixed;
}

function checkFixed(c: Check): void {
  const { ZERO_MEAN_UNIT_VAR, PERC_CLIP } = c.config.DATA.NORMALIZATION.TARGET;
  const key = `${section}.TARGET.ZERO_MEAN_UNIT_VAR`;
  const mean = isSet(ZERO_MEAN_UNIT_VAR.MEAN_VAL);
  const deviation = isSet(ZERO_MEAN_UNIT_VAR.STD_VAL);
  if (mean !== deviation)
    c.error(
      'R261',
      [`${key}.${mean ? 'STD_VAL' : 'MEAN_VAL'}`, `${key}.${mean ? 'MEAN_VAL' : 'STD_VAL'}`],
      'Mean and deviation are fixed together, or neither.',
      'Give both, or [-1.0] for both.',
    );
  else if (mean && PERC_CLIP.ENABLE && PERC_CLIP.LOWER_PERC !== -1)
    c.error(
      'R261',
      [`${key}.MEAN_VAL`, `${section}.TARGET.PERC_CLIP.LOWER_PERC`],
      'A fixed mean does not go with clipping by percentiles.',
      'Clip by values, or leave the mean to the image.',
    );
}
