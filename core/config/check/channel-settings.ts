import { type ChannelOptions, completeOptions, regularOptions, synapseOptions } from './channel-options.js';
import { type Check, sameSet } from './context.js';

const key = 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS';
const optionsKey = `${key}_EXTRA_OPTS.0`;

/** Options of the channels of a regular problem, completed (R122, R124, R125, R132, R199). */
export function regularChannelOptions(c: Check, letters: readonly string[]): Record<string, ChannelOptions> {
  const all = c.config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS;
  if (all.length !== 1)
    c.error(
      'R199',
      `${key}_EXTRA_OPTS`,
      `Expected a list of one mapping, came ${all.length}.`,
      'Put the options of all channels into one mapping.',
    );
  const given = structuredClone(givenOptions(c));
  const strange = Object.keys(given).find((letter) => !letters.includes(letter));
  if (strange !== undefined)
    c.error(
      'R199',
      [`${optionsKey}.${strange}`, optionsKey, key],
      `There are options for ${strange}, which is no channel of this problem.`,
      `The channels are ${letters.join(', ')}.`,
    );
  const { DATA_CHANNELS_LOSSES } = c.config.PROBLEM.INSTANCE_SEG;
  if (sameSet(letters, ['Db', 'R']) && DATA_CHANNELS_LOSSES.length === 0)
    given.Db = { mask_values: false, ...given.Db };
  shareWithin(c, given, ['H', 'V', 'Z'], letters);
  shareWithin(c, given, ['Gh', 'Gv', 'Gz'], letters);
  const options: Record<string, ChannelOptions> = {};
  for (const letter of letters)
    options[letter] = completeOptions(c, optionsKey, letter, given[letter] ?? {}, regularOptions);
  checkCombinations(c, letters, options);
  return options;
}

/** The maps of one field share a setting, given on any one of them (R125). */
function shareWithin(
  c: Check,
  given: Record<string, ChannelOptions>,
  group: string[],
  letters: readonly string[],
): void {
  const set = group.filter((letter) => given[letter] && Object.keys(given[letter]).length > 0);
  if (set.length === 0) return;
  const [first, ...rest] = set.map((letter) => JSON.stringify(sorted(given[letter])));
  if (rest.some((one) => one !== first))
    c.error(
      'R125',
      [`${optionsKey}.${set[1]}`, optionsKey],
      `Channels ${set.join(', ')} share one setting, but theirs differ.`,
      'Give it on one of them.',
    );
  for (const letter of group) if (letters.includes(letter)) given[letter] = { ...given[set[0]] };
}

function sorted(options: ChannelOptions): [string, unknown][] {
  return Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
}

function checkCombinations(c: Check, letters: readonly string[], options: Record<string, ChannelOptions>): void {
  if (options.Gv?.gradient_type === 'omnipose' && options.Db?.val_type !== 'omnipose')
    c.error(
      'R132',
      [`${optionsKey}.Gv`, optionsKey, key],
      'Omnipose flows need channel Db with val_type omnipose.',
      'Add it, or use gradient_type cellpose.',
    );
  if (options.Db?.val_type === 'discretize' && letters.length > 1)
    c.error(
      'R203',
      [`${optionsKey}.Db.val_type`, optionsKey],
      'A discretized distance needs channel Db alone.',
      'Use val_type norm, or drop the other channels.',
    );
  const { A } = options;
  if (!A) return;
  const lengths = [A.y_affinities, A.x_affinities, ...(c.dims === 3 ? [A.z_affinities] : [])].map(
    (list) => (list as unknown[]).length,
  );
  if (new Set(lengths).size > 1)
    c.error(
      'R206',
      [`${optionsKey}.A`, optionsKey],
      'The affinity lists differ in length.',
      'Give as many offsets along each axis.',
    );
}

/** Options of the channels of a synapse problem, completed (R133, R134). */
export function synapseChannelOptions(c: Check, letters: readonly string[]): Record<string, ChannelOptions> {
  const given = structuredClone(givenOptions(c));
  const partners = ['Z', 'V', 'H'];
  const options: Record<string, ChannelOptions> = {};
  const strange = Object.keys(given).find((letter) => !(letter in synapseOptions));
  if (strange !== undefined)
    c.error(
      'R199',
      [`${optionsKey}.${strange}`, optionsKey],
      `There are options for ${strange}, which is no synapse channel.`,
      `The channels are ${letters.join(', ')}.`,
    );
  const set = partners.filter((letter) => given[letter] && Object.keys(given[letter]).length > 0);
  const completed = set.map((letter) => completeOptions(c, optionsKey, letter, given[letter], synapseOptions));
  if (completed.some((one) => JSON.stringify(one) !== JSON.stringify(completed[0])))
    c.error(
      'R134',
      [`${optionsKey}.${set[1]}`, optionsKey],
      'Channels Z, V and H share one setting, but theirs differ.',
      'Give it on one of them.',
    );
  for (const letter of letters)
    if (!partners.includes(letter))
      options[letter] = completeOptions(c, optionsKey, letter, given[letter] ?? {}, synapseOptions);
  if (letters.some((letter) => partners.includes(letter)) || set.length > 0)
    for (const letter of partners)
      options[letter] = { ...(completed[0] ?? completeOptions(c, optionsKey, 'Z', {}, synapseOptions)) };
  return options;
}

function givenOptions(c: Check): Record<string, ChannelOptions> {
  return (c.config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as Record<string, ChannelOptions>;
}
