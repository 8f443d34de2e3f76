/**
 * Channels that mean something along an axis: turning an image turns them in their meaning, too, not only in their place.
 */
import { type Static, Type } from 'typebox';
import { stridesOf } from './c-order.js';
import { type Image, image, spatialShape } from './image.js';
import { applySymmetry, type Symmetry } from './symmetry.js';

const Vector = Type.Object(
  {
    kind: Type.Literal('vector'),
    channels: Type.Array(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]), {
      description: 'Channel of the component along each axis, z first in a volume; null for one that is missing.',
    }),
    signed: Type.Boolean({ description: 'Whether a component along an axis that is read backwards changes its sign.' }),
  },
  { additionalProperties: false, description: 'Components of a vector, one for each axis.' },
);

const Rays = Type.Object(
  {
    kind: Type.Literal('rays'),
    first: Type.Integer({ minimum: 0 }),
    directions: Type.Array(Type.Array(Type.Number()), { description: 'Of each channel, [z,] y, x.' }),
  },
  { additionalProperties: false, description: 'Lengths along directions, one channel for each.' },
);

const Offsets = Type.Object(
  {
    kind: Type.Literal('offsets'),
    first: Type.Integer({ minimum: 0 }),
    offsets: Type.Array(
      Type.Object({ axis: Type.Integer({ minimum: 0 }), step: Type.Integer() }, { additionalProperties: false }),
    ),
  },
  {
    additionalProperties: false,
    description: 'What holds between a pixel and the one `step` before it along an axis, one channel for each.',
  },
);

/** Channels that belong together, and what they mean. Channels of no group are scalars. */
export const DirectedChannels = Type.Union([Vector, Rays, Offsets]);

export type DirectedChannels = Static<typeof DirectedChannels>;

/** What a channel of a turned image is made of. */
export interface ChannelSource {
  readonly channel: number;
  readonly factor: 1 | -1;
  /** Pixels by which it is moved on along an axis of the result; the first ones of that axis are not told. */
  readonly moved?: { readonly axis: number; readonly step: number };
}

/**
 * Where each channel that is not a scalar comes from under a symmetry; undefined where the channels cannot follow it: a component to take the
 * place of another is missing, no ray has the turned direction, or no offset is as long along the other axis.
 */
export function channelSources(
  symmetry: Symmetry,
  groups: readonly DirectedChannels[],
): Map<number, ChannelSource> | undefined {
  const sources = new Map<number, ChannelSource>();
  for (const group of groups) {
    const found = sourcesOf(symmetry, group);
    if (!found) return undefined;
    for (const [channel, source] of found) sources.set(channel, source);
  }
  return sources;
}

function sourcesOf({ axes, flips }: Symmetry, group: DirectedChannels): [number, ChannelSource][] | undefined {
  const found: [number, ChannelSource][] = [];
  switch (group.kind) {
    case 'vector':
      for (const [axis, channel] of group.channels.entries()) {
        const from = group.channels[axes[axis]];
        if (channel === null && from === null) continue;
        if (channel === null || from === null) return undefined;
        found.push([channel, { channel: from, factor: group.signed && flips[axis] ? -1 : 1 }]);
      }
      return found;
    case 'rays':
      for (const [k, direction] of group.directions.entries()) {
        const before: number[] = [];
        for (const [axis, from] of axes.entries()) before[from] = flips[axis] ? -direction[axis] : direction[axis];
        const from = group.directions.findIndex((other) => isSame(other, before));
        if (from < 0) return undefined;
        found.push([group.first + k, { channel: group.first + from, factor: 1 }]);
      }
      return found;
    case 'offsets':
      for (const [k, { axis, step }] of group.offsets.entries()) {
        const from = group.offsets.findIndex((other) => other.axis === axes[axis] && other.step === step);
        if (from < 0) return undefined;
        // What a pixel has in common with the one behind it, the one behind has with it.
        const moved = flips[axis] ? { moved: { axis, step } } : {};
        found.push([group.first + k, { channel: group.first + from, factor: 1, ...moved }]);
      }
      return found;
  }
}

/** Rays are as good as parallel when their ends differ by so little. */
const TOLERANCE = 1e-6;

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.every((along, axis) => Math.abs(along - b[axis]) < TOLERANCE);
}

/** A turned picture, and which of its channels do not tell the first pixels along an axis: those are 0. */
export interface TurnedChannels {
  readonly picture: Image;
  readonly untold: readonly { readonly channel: number; readonly axis: number; readonly count: number }[];
}

/**
 * Applies a symmetry to float32 `[[z,] y, x, c]` and to what its channels mean.
 *
 * @throws RangeError where the channels cannot follow the symmetry.
 */
export function turnChannels(picture: Image, symmetry: Symmetry, groups: readonly DirectedChannels[]): TurnedChannels {
  const sources = channelSources(symmetry, groups);
  if (!sources) throw new RangeError('these channels cannot follow this symmetry');
  const turned = applySymmetry(picture, symmetry);
  const changed = [...sources].filter(
    ([channel, { channel: from, factor, moved }]) => channel !== from || factor !== 1 || moved,
  );
  if (changed.length === 0) return { picture: turned, untold: [] };
  const sides = spatialShape(turned);
  const strides = stridesOf(sides);
  const channels = turned.shape[sides.length];
  const data = Float32Array.from(turned.data);
  const untold: { channel: number; axis: number; count: number }[] = [];
  for (const [channel, { channel: from, factor, moved }] of changed) {
    const before = moved ? moved.step * strides[moved.axis] : 0;
    const first = moved?.step ?? 0;
    const [stride, side] = moved ? [strides[moved.axis], sides[moved.axis]] : [1, Infinity];
    for (let at = 0, to = channel; to < data.length; at++, to += channels) {
      const told = moved === undefined || Math.floor(at / stride) % side >= first;
      data[to] = told ? factor * turned.data[(at - before) * channels + from] : 0;
    }
    if (moved) untold.push({ channel, axis: moved.axis, count: Math.min(first, side) });
  }
  return { picture: image(data, turned.shape, turned.metadata), untold };
}
