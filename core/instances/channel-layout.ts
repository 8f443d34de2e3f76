/** Which channels a target of instance segmentation has, in which order, and what each holds. */

import type { ChannelOptions } from '../config/check/channel-options.js';
import type { TargetKind } from '../image/sample.js';

/** Channels in BiaPy's order; those not named here come after them, by the alphabet. */
const ORDER = [
  ...['F', 'B', 'C', 'H', 'V', 'Z', 'Db', 'Dc', 'Dn', 'D', 'T', 'A'],
  ...['E', 'E_offset', 'E_sigma', 'E_seediness', 'R', 'M'],
];

/** Channels that no network predicts: weights of the loss, and the labels themselves. They stay at the end. */
const CARRIED = ['We', 'I'];

/** Channels in the order of the target and of the network's output. */
export function sortChannels(channels: readonly string[]): string[] {
  const rank = (channel: string) => {
    if (CARRIED.includes(channel)) return 1000 + CARRIED.indexOf(channel);
    return ORDER.includes(channel) ? ORDER.indexOf(channel) : 99;
  };
  return [...channels].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : Number(a > b)));
}

/** Consecutive channels of a target that belong to one letter. */
export interface ChannelPlace {
  readonly channel: string;
  /** Place of the first one, and how many there are. */
  readonly first: number;
  readonly count: number;
  readonly kind: TargetKind;
}

/**
 * Where each channel lies in the target. The three parts of an embedding share one channel of labels, at the place of the first.
 *
 * @param axes spatial axes of the images.
 */
export function channelLayout(
  channels: readonly string[],
  options: Readonly<Record<string, ChannelOptions>>,
  axes: 2 | 3,
): ChannelPlace[] {
  const sorted = sortChannels(channels);
  const embedding = sorted.find((channel) => channel.startsWith('E_'));
  const kept = sorted.filter((channel) => !channel.startsWith('E_') || channel === embedding);
  let first = 0;
  return kept.map((channel) => {
    const count = targetWidth(channel, options[channel] ?? {}, axes);
    const place = { channel, first, count, kind: kindOf(channel, options[channel] ?? {}) };
    first += count;
    return place;
  });
}

function targetWidth(channel: string, options: ChannelOptions, axes: 2 | 3): number {
  if (channel === 'R') return Number(options.nrays ?? (axes === 3 ? 96 : 32));
  if (channel === 'A') return axes * ((options.y_affinities as number[] | undefined)?.length ?? 1);
  return 1;
}

function kindOf(channel: string, options: ChannelOptions): TargetKind {
  if (['F', 'B', 'P', 'C', 'T', 'M', 'A'].includes(channel)) return 'mask';
  if (channel === 'Db' && options.val_type === 'discretize') return 'mask';
  return channel === 'I' || channel === 'E' || channel.startsWith('E_') ? 'labels' : 'heat';
}
