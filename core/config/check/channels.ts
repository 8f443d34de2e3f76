import { meantChannels } from '../derive.js';
import { INS } from '../schema/key.js';
import { showPlain } from '../value.js';
import { deriveLosses, deriveWeights } from './channel-losses.js';
import { type ChannelOptions, regularOptions, synapseOptions } from './channel-options.js';
import { regularChannelOptions, synapseChannelOptions } from './channel-settings.js';
import { type Check, sameSet } from './context.js';
import { deriveProcess } from './instance-process.js';
import { deriveMaskFolders } from './mask-folder.js';

const section = 'PROBLEM.INSTANCE_SEG';
const key = `${section}.DATA_CHANNELS`;

/** Channels that regular and synapse problems know, without those that the checker adds. */
const regularChannels = Object.keys(regularOptions);
const synapseChannels = Object.keys(synapseOptions);

/** The target channels of instance segmentation, their options, losses and weights (rules R114 to R139). */
export function checkChannels(c: Check): void {
  if (!c.is(INS)) return;
  const problem = c.config.PROBLEM.INSTANCE_SEG;
  if (!c.oneOf('R114', `${section}.TYPE`, ['regular', 'synapses']) || c.isSpoilt(key)) return;
  const regular = problem.TYPE === 'regular';
  // `I` goes and comes back at the end if needed, so that checking twice changes nothing; `We` likewise.
  const letters = meantChannels(problem.DATA_CHANNELS).filter((letter) => letter !== 'I' && letter !== 'We');
  if (letters.length === 0) {
    c.error(
      'R114',
      key,
      `Expected at least one channel, came ${showPlain(problem.DATA_CHANNELS)}.`,
      'Write [F, C], for example.',
    );
    return;
  }
  if (!c.allOf(regular ? 'R187' : 'R208', key, letters, regular ? regularChannels : synapseChannels)) return;
  const twice = letters.find((letter, i) => letters.indexOf(letter) !== i);
  if (twice !== undefined) {
    c.error('R187', key, `Channel ${twice} is listed twice.`, 'Name each channel once.');
    return;
  }
  checkAlone(c, letters);

  const options = regular ? regularChannelOptions(c, letters) : synapseChannelOptions(c, letters);
  if (regular) deriveProcess(c, letters);
  c.oneOf('R126', `${section}.BORDER_EXTRA_WEIGHTS`, ['', 'unet-like']);
  const weighted = problem.BORDER_EXTRA_WEIGHTS === 'unet-like' || problem.DATA_CHANNELS.includes('We');
  const all = [...letters, ...(weighted ? ['We'] : []), ...(regular && needsLabels(letters, options) ? ['I'] : [])];
  if (!sameSet(all, problem.DATA_CHANNELS)) {
    c.notice('R130', key, `The channels are ${all.join(', ')}: We holds border weights and I the labels.`);
    c.derive('PROBLEM.INSTANCE_SEG.DATA_CHANNELS', all);
  }
  c.derive('PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS', [options]);
  deriveMaskFolders(c, regular ? all : letters, options, regular);
  deriveLosses(c, letters, options);
  deriveWeights(c, letters, regular);
  checkHeads(c, letters);
}

/** True when a target has to be made anew after the labels were warped by an augmentation (R128, R160). */
export function needsLabels(letters: readonly string[], options: Record<string, ChannelOptions>): boolean {
  return letters.some((letter) => {
    if (['Gv', 'Gh', 'Gz', 'H', 'V', 'Z', 'R', 'A'].includes(letter)) return true;
    if (letter === 'Db') return ['raw', 'omnipose'].includes(String(options.Db?.val_type));
    return (letter === 'Dc' || letter === 'Dn') && options[letter]?.norm === false;
  });
}

function checkAlone(c: Check, letters: readonly string[]): void {
  const embedding = letters.filter((letter) => letter.startsWith('E_'));
  if (embedding.length > 0 && embedding.length < letters.length)
    c.error(
      'R116',
      key,
      `The embedding channels stand alone, came ${showPlain(letters)}.`,
      'Keep E_offset, E_sigma and E_seediness only.',
    );
  if (letters.includes('A') && letters.length > 1)
    c.error('R116', key, `Channel A stands alone, came ${showPlain(letters)}.`, 'Keep A only, or leave it out.');
}

function checkHeads(c: Check, letters: readonly string[]): void {
  const { SEPARATED_DECODERS_PER_HEAD, CHANNELS_PER_HEAD_INFO } = c.config.PROBLEM.INSTANCE_SEG;
  if (SEPARATED_DECODERS_PER_HEAD && letters.length > 1 && CHANNELS_PER_HEAD_INFO.length < 2)
    c.error(
      'R136',
      [`${section}.CHANNELS_PER_HEAD_INFO`, `${section}.SEPARATED_DECODERS_PER_HEAD`],
      `Expected at least two heads, came ${showPlain(CHANNELS_PER_HEAD_INFO)}.`,
      'Give the number of channels of each head, or switch off SEPARATED_DECODERS_PER_HEAD.',
    );
}
