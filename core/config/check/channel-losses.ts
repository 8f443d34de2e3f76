import { showPlain } from '../value.js';
import type { ChannelOptions } from './channel-options.js';
import { type Check, sameSet } from './context.js';

const section = 'PROBLEM.INSTANCE_SEG' as const;
const key = `${section}.DATA_CHANNELS`;

/** One loss for each channel (R122, R123, R137, R138). */
export function deriveLosses(c: Check, letters: readonly string[], options: Record<string, ChannelOptions>): void {
  const { DATA_CHANNELS_LOSSES: given } = c.config.PROBLEM.INSTANCE_SEG;
  const lossKey = `${section}.DATA_CHANNELS_LOSSES`;
  if (given.length === 0) {
    const losses = letters.map((letter) => standardLoss(letter, letters, options));
    c.derive('PROBLEM.INSTANCE_SEG.DATA_CHANNELS_LOSSES', losses);
    return;
  }
  if (given.length !== letters.length)
    c.error(
      'R138',
      [lossKey, key],
      `Expected ${letters.length} losses (${letters.join(', ')}), came ${showPlain(given)}.`,
      'Give one loss for each channel.',
    );
  c.allOf('R138', lossKey, given, [
    ...['bce', 'ce', 'mse', 'l1', 'mae', 'embedseg'],
    ...(c.options.extra.losses ?? []),
  ]);
}

function standardLoss(letter: string, letters: readonly string[], options: Record<string, ChannelOptions>): string {
  if (letter === 'Db' && letters.length === 1 && options.Db?.val_type === 'discretize') return 'ce';
  if (letter === 'Db' && sameSet(letters, ['Db', 'R'])) return 'bce';
  if (['F', 'B', 'C', 'P', 'T', 'A', 'M', 'F_pre', 'F_post', 'F_cleft'].includes(letter)) return 'bce';
  if (['Gv', 'Gh', 'Gz', 'D'].includes(letter)) return 'mse';
  return letter.startsWith('E_') ? 'embedseg' : 'l1';
}

/** Weights: one per channel, and one for the class head of a regular problem with classes (R117, R139, R211, R212). */
export function deriveWeights(c: Check, letters: readonly string[], regular: boolean): void {
  const weightsKey = `${section}.DATA_CHANNEL_WEIGHTS`;
  const given = c.config.PROBLEM.INSTANCE_SEG.DATA_CHANNEL_WEIGHTS;
  const untouched = given.length > 0 && given.length <= 2 && given.every((weight) => weight === 1);
  const set = (weights: number[]) => c.derive('PROBLEM.INSTANCE_SEG.DATA_CHANNEL_WEIGHTS', weights);
  if (letters.some((letter) => letter.startsWith('E_'))) {
    // Foreground, offset, variance, seediness: fixed in BiaPy, whatever the file says.
    const fixed = [10, 1, 10, 1];
    if (!untouched && given.join() !== fixed.join())
      c.warn(
        'R212',
        [weightsKey, key],
        `The weights of the embedding channels are fixed: ${showPlain(fixed)}.`,
        'Remove the key.',
      );
    set(fixed);
    return;
  }
  const provided = letters.length + (regular && c.config.DATA.N_CLASSES > 2 ? 1 : 0);
  if (given.length === provided) return;
  if (untouched) set(Array(provided).fill(1));
  else {
    const message = `Expected ${provided} weights (${letters.join(', ')}${provided > letters.length ? ', classes' : ''}), came ${showPlain(given)}.`;
    c.error('R211', [weightsKey, key, 'DATA.N_CLASSES'], message, 'Give one weight for each.');
  }
}
