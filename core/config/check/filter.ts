import { FILTER_PROPERTIES } from '../schema/filter-properties.js';
import { DEN, SR, SSL } from '../schema/key.js';
import { showPlain } from '../value.js';
import { type Check, listed } from './context.js';

export const signs = ['gt', 'ge', 'lt', 'le'] as const;

/** Sample filters of the three phases (rules R093 to R100). BiaPy's messages name the training filter for all. */
export function checkFilters(c: Check): void {
  for (const phase of ['TRAIN', 'VAL', 'TEST'] as const) {
    const { ENABLE, PROPS, VALUES, SIGNS } = c.config.DATA[phase].FILTER_SAMPLES;
    const section = `DATA.${phase}.FILTER_SAMPLES`;
    if (!ENABLE || !checkGroups(c, section, { PROPS, VALUES, SIGNS }, { lists: 'R093', groups: 'R094' })) continue;
    const names = PROPS.flat();
    if (!c.allOf('R095', `${section}.PROPS`, names, FILTER_PROPERTIES)) continue;
    c.allOf('R096', `${section}.SIGNS`, SIGNS.flat(), signs);
    for (const name of new Set(names)) checkProperty(c, section, phase, name);
    const limits = PROPS.flatMap((group, i) => VALUES[i].filter((_, j) => group[j] === 'foreground'));
    if (c.isSegmentation && limits.some((limit) => limit < 0 || limit > 1))
      c.error(
        'R098',
        `${section}.VALUES`,
        `Expected limits of foreground from 0 to 1, came ${showPlain(limits)}.`,
        'Foreground is the fraction of pixels that belong to objects.',
      );
  }
}

function checkProperty(c: Check, section: string, phase: 'TRAIN' | 'VAL' | 'TEST', name: string): void {
  const key = [`${section}.PROPS`, 'PROBLEM.TYPE'];
  const { LOAD_GT, USE_VAL_AS_TEST } = c.config.DATA.TEST;
  const advice = `Remove ${name}, or filter by ${listed(['mean', 'min', 'max']).replace('Expected one of ', '')}.`;
  if (name === 'foreground' && c.workflow && !c.isSegmentation)
    c.error('R097', key, 'The property foreground is for segmentation and detection.', advice);
  else if (name.startsWith('diff') && c.is(SR))
    c.error('R099', key, `The property ${name} compares images of one size; super-resolution has two.`, advice);
  else if (name.startsWith('diff') && phase === 'TEST' && !LOAD_GT)
    c.error('R099', [key[0], 'DATA.TEST.LOAD_GT'], `The property ${name} needs DATA.TEST.LOAD_GT.`, advice);
  else if (/^(foreground|target_|diff)/.test(name)) {
    // Upstream means to forbid these, but compares whole groups with names.
    if (c.is(DEN, SSL))
      c.error('R100', key, `The property ${name} needs a target, and this workflow has none.`, advice);
    else if (phase === 'TEST' && !LOAD_GT && !USE_VAL_AS_TEST)
      c.error('R100', [key[0], 'DATA.TEST.LOAD_GT'], `The property ${name} needs DATA.TEST.LOAD_GT.`, advice);
  }
}

interface Groups {
  PROPS: string[][];
  VALUES: number[][];
  SIGNS: string[][];
}

/** Three nested lists that must have the same form, with no property twice in a group. */
export function checkGroups(
  c: Check,
  section: string,
  { PROPS, VALUES, SIGNS }: Groups,
  rules: { lists: string; groups: string },
): boolean {
  const keys = ['PROPS', 'VALUES', 'SIGNS', 'ENABLE'].map((name) => `${section}.${name}`);
  if (keys.some((key) => c.isSpoilt(key))) return false;
  if (PROPS.length === 0) {
    c.error(
      rules.lists,
      keys,
      'Expected at least one group of conditions, came [].',
      "Write PROPS: [['mean']], for example.",
    );
    return false;
  }
  if (PROPS.length !== VALUES.length || PROPS.length !== SIGNS.length) {
    const counts = `${PROPS.length}, ${VALUES.length} and ${SIGNS.length}`;
    c.error(rules.lists, keys, `PROPS, VALUES and SIGNS have ${counts} groups.`, 'Give each group in all three lists.');
    return false;
  }
  for (const [i, group] of PROPS.entries()) {
    if (group.length === 0) {
      c.error(rules.groups, keys, `Group ${i + 1} has no conditions.`, 'Remove it, or name a property in it.');
      return false;
    }
    if (group.length !== VALUES[i].length || group.length !== SIGNS[i].length) {
      const message = `Group ${i + 1} has ${group.length} properties, ${VALUES[i].length} values and ${SIGNS[i].length} signs.`;
      c.error(rules.groups, keys, message, 'Give one value and one sign for each property.');
      return false;
    }
    const twice = group.find((name, j) => group.indexOf(name) !== j);
    if (twice !== undefined) {
      c.error(
        rules.groups,
        keys,
        `Group ${i + 1} names ${twice} twice.`,
        'Put the second condition in a group of its own.',
      );
      return false;
    }
  }
  return true;
}
