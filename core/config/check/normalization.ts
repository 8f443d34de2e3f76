import { I2I } from '../schema/key.js';
import type { Check } from './context.js';

const types = ['div', 'scale_range', 'zero_mean_unit_variance'];
const section = 'DATA.NORMALIZATION';

/** Normalisation of images and, in image to image, of targets (rules R257 to R261). */
export function checkNormalization(c: Check): void {
  const { PERC_CLIP, TARGET } = c.config.DATA.NORMALIZATION;
  c.oneOf('R257', `${section}.TYPE`, types);
  c.oneOf('', `${section}.MEASURE_BY`, ['image', 'patch', 'dataset']);
  if (PERC_CLIP.ENABLE) checkClip(c, 'R258', `${section}.PERC_CLIP`, PERC_CLIP);
  if (!TARGET.ENABLE || !c.is(I2I)) return;
  c.oneOf('R259', `${section}.TARGET.TYPE`, ['', ...types]);
  if (TARGET.PERC_CLIP.ENABLE) checkClip(c, 'R260', `${section}.TARGET.PERC_CLIP`, TARGET.PERC_CLIP);
  const type = TARGET.TYPE === '' ? c.config.DATA.NORMALIZATION.TYPE : TARGET.TYPE;
  if (type === 'zero_mean_unit_variance') checkFixed(c);
}

interface Clip {
  LOWER_PERC: number;
  UPPER_PERC: number;
  LOWER_VALUE: number[];
  UPPER_VALUE: number[];
}

const isSet = (values: readonly number[]) => values.some((value) => value !== -1);

/** Either both percentiles or both values. Upstream always asks for percentiles of the input, against its own words. */
function checkClip(c: Check, rule: string, key: string, clip: Clip): void {
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
  } else if (percentiles === 2) {
    c.inRange(rule, `${key}.LOWER_PERC`, 0, 100);
    c.inRange(rule, `${key}.UPPER_PERC`, 0, 100);
  }
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
