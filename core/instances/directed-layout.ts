/** Which channels that a network of instance segmentation predicts mean something along an axis. */

import type { ChannelOptions } from '../config/check/channel-options.js';
import type { DirectedChannels } from '../image/directed-channels.js';
import { affinityOffsets } from './affinities.js';
import type { PredictedChannel } from './prediction-layout.js';
import { rayDirections } from './rays.js';

/** Letters of the components of a vector along z, y, x. */
const VECTORS = [
  ['Z', 'V', 'H'],
  ['Gz', 'Gv', 'Gh'],
] as const;

/**
 * Groups of channels that turn with the image: maps to centres (H, V, Z), flows (Gh, Gv, Gz), the parts of an embedding, rays and affinities. All
 * others are scalars.
 *
 * @param axes spatial axes of the images.
 */
export function directedLayout(
  predicted: readonly PredictedChannel[],
  options: Readonly<Record<string, ChannelOptions>>,
  axes: 2 | 3,
): DirectedChannels[] {
  const firstOf = (letter: string) => predicted.find(({ channel }) => channel === letter)?.first ?? null;
  const groups: DirectedChannels[] = [];
  for (const letters of VECTORS) {
    const channels = letters.slice(3 - axes).map(firstOf);
    if (channels.some((channel) => channel !== null)) groups.push({ kind: 'vector', channels, signed: true });
  }
  for (const { channel, first, count } of predicted)
    switch (channel) {
      case 'E_offset':
      case 'E_sigma': {
        // They are predicted in the order x, y(, z). A sigma is a width: it has no sign.
        const channels = Array.from({ length: axes }, (_, axis) => first + axes - 1 - axis);
        groups.push({ kind: 'vector', channels, signed: channel === 'E_offset' });
        break;
      }
      case 'R':
        groups.push({ kind: 'rays', first, directions: rayDirections(count, axes) });
        break;
      case 'A':
        groups.push({ kind: 'offsets', first, offsets: affinityOffsets(options.A ?? {}, axes) });
        break;
    }
  return groups;
}
