import { showPlain } from '../value.js';
import { type Check, isInt, isIntPerAxis } from './context.js';

/** Options of one target channel, by name. */
export type ChannelOptions = Record<string, unknown>;

/** What a value must be; undefined when it is fine, else the words for what was expected. */
type Rule = (value: unknown, dims: 2 | 3) => string | undefined;

interface Option {
  /** Value when the user gives none; from the options given, and the number of image axes. */
  standard: unknown | ((given: ChannelOptions, dims: 2 | 3) => unknown);
  rule: string;
  check: Rule;
}

const words =
  (...allowed: string[]): Rule =>
  (value) =>
    allowed.includes(value as string) ? undefined : `one of ${allowed.map((word) => word || '""').join(', ')}`;
const flag: Rule = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const atLeast =
  (least: number): Rule =>
  (value) =>
    isInt(value, least) ? undefined : `a whole number of at least ${least}`;
const perAxis: Rule = (value, dims) =>
  isIntPerAxis(value, 0, dims) ? undefined : `a whole number of at least 0, or ${dims} of them`;
const offsets: Rule = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => isInt(one, 1))
    ? undefined
    : 'a list of whole numbers of at least 1';
const anything: Rule = () => undefined;

const option = (standard: unknown, rule: string, check: Rule): Option => ({ standard, rule, check });

const morphology = { erosion: option(0, 'R200', perAxis), dilation: option(0, 'R200', perAxis) };
const centre = words('centroid', 'skeleton');
const hover = { norm: option(true, 'R202', flag), act: option('linear', 'R202', words('linear', 'tanh', '')) };
const flow = { gradient_type: option('cellpose', 'R202', words('cellpose', 'omnipose')) };
const masked = option(true, 'R203', flag);

/** Table 5.2: options of each channel, in the order in which folder names list them. */
export const regularOptions: Record<string, Record<string, Option>> = {
  F: morphology,
  B: morphology,
  P: {
    type: option('centroid', 'R201', centre),
    skeleton_mode: option('full', 'R201', words('full', 'main')),
    dilation: option(1, 'R200', perAxis),
    erosion: option(0, 'R200', perAxis),
  },
  C: { mode: option('thick', 'R201', words('thick', 'inner', 'outer', 'subpixel', 'dense')) },
  H: hover,
  V: hover,
  Z: hover,
  Gh: flow,
  Gv: flow,
  Gz: flow,
  Db: {
    val_type: option('norm', 'R203', words('raw', 'norm', 'discretize', 'omnipose')),
    act: option('', 'R203', words('', 'linear', 'sigmoid')),
    mask_values: option((given: ChannelOptions) => given.val_type !== 'omnipose', 'R203', flag),
  },
  Dc: {
    type: option('centroid', 'R204', centre),
    norm: option(true, 'R204', flag),
    mask_values: { ...masked, rule: 'R204' },
  },
  Dn: {
    closing_size: option(3, 'R204', atLeast(0)),
    norm: option(true, 'R204', flag),
    mask_values: { ...masked, rule: 'R204' },
    decline_power: option(3, 'R204', atLeast(0)),
  },
  D: { act: option('tanh', 'R204', words('tanh', 'linear')) },
  R: {
    nrays: option((_: ChannelOptions, dims: 2 | 3) => (dims === 3 ? 96 : 32), 'R205', atLeast(1)),
    mask_values: { ...masked, rule: 'R205' },
  },
  T: { thickness: option(2, 'R205', atLeast(1)) },
  A: {
    z_affinities: option([1], 'R206', (value, dims) => (dims === 3 ? offsets(value, dims) : undefined)),
    y_affinities: option([1], 'R206', offsets),
    x_affinities: option([1], 'R206', offsets),
    widen_borders: option(1, 'R206', atLeast(0)),
    units: option('voxel', 'R206', words('voxel', 'physical_nm')),
  },
  E_offset: {
    center_mode: option('medoid', 'R207', words('medoid', 'centroid')),
    medoid_max_points: option(10000, 'R207', atLeast(10000)),
  },
  E_sigma: {},
  E_seediness: {},
  M: {},
};

const site = { dilation: option([1, 3, 3], 'R133', anything) };
const partner = {
  norm: option(false, 'R134', flag),
  act: option('', 'R134', words('', 'linear', 'tanh', 'sigmoid')),
  dilation: option([3, 25, 25], 'R134', anything),
};

/** Options of the synapse channels. */
export const synapseOptions: Record<string, Record<string, Option>> = {
  F_pre: site,
  F_post: site,
  F_cleft: site,
  H: partner,
  V: partner,
  Z: partner,
};

/**
 * The options of one channel, completed with the defaults and in the order of the table (R124); wrong names and values
 * are reported (R200 to R207).
 *
 * @param key where the user wrote the options
 */
export function completeOptions(
  c: Check,
  key: string,
  letter: string,
  given: ChannelOptions,
  table: Record<string, Record<string, Option>>,
): ChannelOptions {
  const known = table[letter];
  const unknown = Object.keys(given).find((name) => !(name in known));
  if (unknown !== undefined) {
    const names = Object.keys(known);
    const advice = names.length > 0 ? `${letter} has ${names.join(', ')}.` : `${letter} has no options.`;
    const rule = letter.startsWith('F_') ? 'R133' : 'R124';
    c.error(rule, [`${key}.${letter}.${unknown}`, key], `Channel ${letter} has no option ${unknown}.`, advice);
  }
  const complete: ChannelOptions = {};
  for (const [name, { standard, rule, check }] of Object.entries(known)) {
    const fallback = typeof standard === 'function' ? standard(given, c.dims) : structuredClone(standard);
    const value = given[name] ?? fallback;
    const expected = check(value, c.dims);
    if (expected)
      c.error(
        rule,
        [`${key}.${letter}.${name}`, key],
        `Expected ${expected} for option ${name} of channel ${letter}, came ${showPlain(value)}.`,
        `The default is ${showPlain(fallback)}.`,
      );
    complete[name] = expected ? fallback : value;
  }
  return settle(letter, complete);
}

/** Activations left empty that stand for a fixed one. */
function settle(letter: string, options: ChannelOptions): ChannelOptions {
  if (['H', 'V', 'Z'].includes(letter) && options.act === '' && options.dilation === undefined) options.act = 'linear';
  if (letter === 'Db' && options.val_type === 'norm' && options.act === '') options.act = 'sigmoid';
  return options;
}
