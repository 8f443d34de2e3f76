/** The whole target of instance segmentation: channels of the labels, classes, and what is carried along. */

import { type Static, Type } from 'typebox';
import { needsLabels } from '../config/check/channels.js';
import { channelCount, type Image, image, sizeOf } from '../image/image.js';
import type { TargetKind } from '../image/sample.js';
import { channelLayout } from './channel-layout.js';
import { type TargetChannels, targetChannels } from './target-channels.js';

export const InstanceTargetParameters = Type.Object(
  {
    channels: Type.Array(Type.String(), {
      minItems: 1,
      description: 'Channels by the letters of BiaPy, in any order; I carries the labels along, We weighs borders.',
    }),
    options: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
      default: {},
      description: 'Options of each channel.',
    }),
    classes: Type.Integer({
      minimum: 0,
      default: 0,
      description:
        'Above 2: the second channel of a label image holds the class of each object, below this number, and becomes a channel ' +
        'of the target.',
    }),
  },
  { additionalProperties: false },
);

export type InstanceTargetOptions = Static<typeof InstanceTargetParameters>;

/** Whether label images hold classes. */
export function hasClasses({ classes }: Pick<InstanceTargetOptions, 'classes'>): boolean {
  return classes > 2;
}

/** Channels of the target that {@link instanceTarget} makes, for images of so many axes. */
export function targetWidth(target: InstanceTargetOptions, axes: 2 | 3): number {
  const places = channelLayout(target.channels, target.options, axes);
  return places.reduce((sum, { count }) => sum + count, Number(hasClasses(target)));
}

/** What the channels of the target hold, for images of so many axes. */
export function targetKinds(target: InstanceTargetOptions, axes: 2 | 3): TargetKind[] {
  const kinds = (letters: readonly string[]) =>
    channelLayout(letters, target.options, axes).flatMap(({ kind, count }) => new Array<TargetKind>(count).fill(kind));
  const predicted = target.channels.filter((channel) => !isCarried(channel));
  return [
    ...kinds(predicted),
    ...(hasClasses(target) ? (['mask'] as const) : []),
    ...kinds(target.channels.filter(isCarried)),
  ];
}

/** Of each channel of the target its name, such as `Db`, `R_2` or `class`, and its number among those of its letter, from 0. */
export function channelNames(target: InstanceTargetOptions, axes: 2 | 3): { name: string; number: number }[] {
  const named = (letters: readonly string[]) =>
    channelLayout(letters, target.options, axes).flatMap(({ channel, count }) =>
      Array.from({ length: count }, (_, number) => ({
        name: count > 1 ? `${channel}_${number + 1}` : channel,
        number,
      })),
    );
  const classes = hasClasses(target) ? [{ name: 'class', number: 0 }] : [];
  const predicted = target.channels.filter((channel) => !isCarried(channel));
  return [...named(predicted), ...classes, ...named(target.channels.filter(isCarried))];
}

const isCarried = (channel: string) => channel === 'We' || channel === 'I';

/**
 * Makes the target of labels `[[z,] y, x, c]`: channels that are predicted, in the order of `channelLayout`, then the classes,
 * then We and I.
 *
 * @throws RangeError where labels are no whole numbers, or classes are wanted and missing, or there is no such class.
 */
export function instanceTarget(labels: Image, target: InstanceTargetOptions): TargetChannels {
  const { channels, options, classes } = target;
  checkLabels(labels);
  const parts: TargetChannels[] = [];
  const add = (some: readonly string[]) => {
    if (some.length > 0) parts.push(targetChannels(labels, some, options));
  };
  add(channels.filter((channel) => !isCarried(channel)));
  if (hasClasses(target)) {
    if (channelCount(labels) < 2)
      throw new RangeError('expected two channels, labels and the class of each pixel, found one');
    const ids = oneChannel(labels, 1);
    checkClasses(ids, classes);
    parts.push({ target: ids, kinds: ['mask'] });
  }
  add(channels.filter(isCarried));
  return join(parts);
}

function checkLabels({ data, dtype, shape }: Image): void {
  if (dtype.startsWith('uint')) return;
  const channels = shape[shape.length - 1];
  for (let at = 0; at < data.length; at += channels)
    if (data[at] < 0 || !Number.isInteger(data[at]))
      throw new RangeError(`labels are whole numbers from 0 on, found ${data[at]}`);
}

function checkClasses({ data }: Image, classes: number): void {
  for (const id of data)
    if (id < 0 || id >= classes || !Number.isInteger(id))
      throw new RangeError(
        `expected classes from 0, the background, to ${classes - 1} in the second channel, found ${id}`,
      );
}

/**
 * Makes anew what an augmentation has changed in another way than the image, of the labels in the last channel (I), which are then
 * left out. Channels that may be warped like masks stay.
 */
export function remadeTarget(
  target: Image,
  kinds: readonly TargetKind[],
  parameters: InstanceTargetOptions,
): TargetChannels {
  const { channels, options } = parameters;
  const axes = (target.shape.length - 1) as 2 | 3;
  const labels = oneChannel(target, channelCount(target) - 1);
  const result = new Float32Array(target.data);
  const width = channelCount(target);
  const predicted = channelLayout(
    channels.filter((channel) => !isCarried(channel)),
    options,
    axes,
  );
  for (const { channel, first, count } of predicted)
    if (needsLabels([channel], options)) {
      const { target: fresh } = targetChannels(labels, [channel], options);
      copyChannels(fresh, 0, count, result, width, first);
    }
  if (channels.includes('We')) {
    const { target: weights } = targetChannels(labels, ['We']);
    const behind = predicted.reduce((sum, { count }) => sum + count, 0) + Number(hasClasses(parameters));
    copyChannels(weights, 0, 1, result, width, behind);
  }
  const kept = new Float32Array((result.length / width) * (width - 1));
  copyChannels({ ...target, data: result }, 0, width - 1, kept, width - 1, 0);
  return { target: image(kept, [...target.shape.slice(0, -1), width - 1], target.metadata), kinds: kinds.slice(0, -1) };
}

function oneChannel(picture: Image, channel: number): Image {
  const data = new Float32Array(sizeOf(picture.shape.slice(0, -1)));
  copyChannels(picture, channel, 1, data, 1, 0);
  return image(data, [...picture.shape.slice(0, -1), 1], picture.metadata);
}

function join(parts: readonly TargetChannels[]): TargetChannels {
  if (parts.length === 1) return parts[0];
  const [{ target: first }] = parts;
  const width = parts.reduce((sum, { target }) => sum + channelCount(target), 0);
  const data = new Float32Array(sizeOf(first.shape.slice(0, -1)) * width);
  let to = 0;
  for (const { target } of parts) {
    copyChannels(target, 0, channelCount(target), data, width, to);
    to += channelCount(target);
  }
  return {
    target: image(data, [...first.shape.slice(0, -1), width], first.metadata),
    kinds: parts.flatMap(({ kinds }) => kinds),
  };
}

function copyChannels(from: Image, first: number, count: number, to: Float32Array, width: number, place: number): void {
  const channels = channelCount(from);
  for (let c = 0; c < count; c++)
    for (let at = first + c, into = place + c; at < from.data.length; at += channels, into += width)
      to[into] = from.data[at];
}
