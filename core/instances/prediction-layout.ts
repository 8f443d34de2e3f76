/** Which channels a network of instance segmentation gives, and what each is compared with. */

import type { ChannelOptions } from '../config/check/channel-options.js';
import type { ChannelActivation } from '../image/activation.js';
import { type Image, image } from '../image/image.js';
import { channelLayout, sortChannels } from './channel-layout.js';

/** Classes of a distance that is predicted in steps of a tenth (Db with `val_type: discretize`), the background among them. */
export const DISTANCE_LEVELS = 11;

/** Consecutive channels of the prediction that belong to one letter. */
export interface PredictedChannel {
  readonly channel: string;
  /** Place of the first one in the prediction, and how many there are. */
  readonly first: number;
  readonly count: number;
  /** Place of the first channel in the target. */
  readonly target: number;
  /** Of each channel, when it is predicted. */
  readonly activation: ChannelActivation;
}

/**
 * Channels of the prediction in their order, without those that only the target carries (We, I).
 *
 * @param losses of each letter; distances learned by another loss than an error are probabilities.
 * @param axes spatial axes of the images.
 */
export function predictionLayout(
  channels: readonly string[],
  options: Readonly<Record<string, ChannelOptions>>,
  losses: Readonly<Record<string, string>>,
  axes: 2 | 3,
): PredictedChannel[] {
  const predicted = sortChannels(channels).filter((channel) => channel !== 'We' && channel !== 'I');
  const targets = channelLayout(predicted, options, axes);
  let first = 0;
  return predicted.map((channel) => {
    // The three parts of an embedding are learned from one channel of labels.
    const target = targets.find((place) => place.channel === channel) ?? targets[0];
    const count = predictedWidth(channel, options[channel] ?? {}, target.count, axes);
    const place = {
      channel,
      first,
      count,
      target: target.first,
      activation: activationOf(channel, options[channel] ?? {}, losses[channel]),
    };
    first += count;
    return place;
  });
}

function predictedWidth(channel: string, options: ChannelOptions, target: number, axes: 2 | 3): number {
  if (channel === 'E_offset' || channel === 'E_sigma') return axes;
  return isDiscrete(channel, options) ? DISTANCE_LEVELS : target;
}

function isDiscrete(channel: string, { val_type: type }: ChannelOptions): boolean {
  return channel === 'Db' && type === 'discretize';
}

/** BiaPy's activation of each letter, when it is predicted. */
function activationOf(channel: string, options: ChannelOptions, loss: string | undefined): ChannelActivation {
  if (isDiscrete(channel, options)) return 'softmax';
  switch (channel) {
    case 'E_offset':
      return 'tanh';
    case 'R':
    case 'Gv':
    case 'Gh':
    case 'Gz':
    case 'E_sigma':
      return 'linear';
    case 'D':
    case 'Db':
    case 'Dc':
    case 'Dn':
    case 'H':
    case 'V':
    case 'Z':
      if (loss !== undefined && !['l1', 'mae', 'mse'].includes(loss)) return 'sigmoid';
      return (options.act || (channel === 'D' ? 'tanh' : 'linear')) as ChannelActivation;
    default:
      return 'sigmoid';
  }
}

/**
 * The distance from 0 to 1 that is most to be expected, of probabilities of its steps `[[z,] y, x, 11]`: their mean, so that a
 * watershed has a slope to follow where the most probable step alone would be a terrace.
 *
 * @returns float32 `[[z,] y, x, 1]`.
 */
export function meanDistance({ data, shape, metadata }: Image): Image {
  const values = new Float32Array(data.length / DISTANCE_LEVELS);
  for (let i = 0, at = 0; i < values.length; i++)
    for (let level = 0; level < DISTANCE_LEVELS; level++, at++) values[i] += (data[at] * level) / (DISTANCE_LEVELS - 1);
  return image(values, [...shape.slice(0, -1), 1], metadata);
}
