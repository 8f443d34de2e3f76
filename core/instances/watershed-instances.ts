/** Objects out of predicted channels, by a watershed: BiaPy's rules for seeds, surface and growth. */

import { type Image, image, sizeOf } from '../image/image.js';
import { connectedComponents } from '../nd/connected-components.js';
import { ball } from '../nd/footprint.js';
import { gaussianValues } from '../nd/gaussian.js';
import { dilate, erode } from '../nd/morphology.js';
import { otsu } from '../nd/otsu.js';
import { findRegions } from '../nd/regions.js';
import { removeClosePoints } from '../nd/remove-close-points.js';
import { removeObjects, removeSmallObjects } from '../nd/remove-objects.js';
import { watershed } from '../nd/watershed.js';
import { sortChannels } from './channel-layout.js';
import { offsetEdges } from './offset-edges.js';

/** A channel by its letter, and the value that it is cut at; `auto` finds one for each image. */
export interface ChannelThreshold {
  readonly channel: string;
  readonly threshold: number | 'auto';
}

export interface WatershedRules {
  /** Seeds are where all of these agree. */
  readonly seeds: readonly ChannelThreshold[];
  /** Objects grow where all of these agree. */
  readonly growth: readonly ChannelThreshold[];
  /** Channel that objects grow over. */
  readonly surface: string;
  /** Done to the seeds in this order, in each plane with a disk. */
  readonly seedMorphology?: readonly { readonly operation: 'dilate' | 'erode'; readonly radius: number }[];
  /** Seeds of at most so many pixels are dropped; 0, the default, drops none. */
  readonly smallestSeed?: number;
  /** Of seeds whose middles are at most so far apart, in units of the spacing, the first one stays. */
  readonly closeSeeds?: { readonly radius: number; readonly spacing: readonly number[] };
  /** Radii of a dilation and an erosion, in each plane, that close the area of growth. */
  readonly closeGrowth?: { readonly dilation: number; readonly erosion: number };
  /** Every plane of a volume alone. */
  readonly bySlices?: boolean;
}

export interface WatershedInstances {
  /** uint32 `[[z,] y, x, 1]`. */
  readonly labels: Image;
  /** What they were made of: seeds with their numbers, the surface in float64, the area of growth as a mask. */
  readonly seeds: Image;
  readonly surface: Image;
  readonly growth: Image;
}

/** Channels that are low inside of objects. */
const LOW_INSIDE = ['C', 'B', 'T', 'Dn', 'Dc'];

/**
 * Labels from the prediction `[[z,] y, x, c]`.
 *
 * Seeds: channels in BiaPy's order; the first one, turned over (1 − v) where it is low inside of objects, is above its
 * threshold, further ones are above or, where they are low inside, below theirs. `auto` is Otsu's threshold of the values that
 * are compared. Growth: the same, with half of Otsu's threshold. Surface: the channel, negative where it is high inside,
 * smoothed by a Gaussian of 3 pixels. BiaPy takes the sign from the last channel of growth, which is the same for its
 * default sets and wrong for others.
 *
 * H, V and Z among the seeds are one condition together: the edges between their offsets (`offsetEdges`) are below the
 * smallest of their thresholds, or Otsu's; the surface is then those edges.
 *
 * @param places place of the first channel of each letter.
 * @throws RangeError for a letter that the prediction does not have, and for H, V and Z as growth.
 */
export function watershedInstances(
  prediction: Image,
  places: Readonly<Record<string, number>>,
  rules: WatershedRules,
): WatershedInstances {
  const { metadata } = prediction;
  const sides = prediction.shape.slice(0, -1);
  const channelOf = (letter: string) => new Channel(prediction, letter, places);
  const asImage = (mask: Uint8Array) => image(mask, [...sides, 1], metadata);

  const offsets = rules.seeds.filter(({ channel }) => isOffset(channel));
  const edges = offsets.length > 0 ? edgesOf(prediction, offsets, channelOf) : undefined;
  const own = rules.seeds.filter(({ channel }) => !isOffset(channel));
  let seedMask = asImage(joined(own.length > 0 ? agreement(own, channelOf, 1) : undefined, edges, offsets));
  for (const { operation, radius } of rules.seedMorphology ?? [])
    seedMask = inPlanes(seedMask, operation === 'dilate' ? dilate : erode, radius);
  const components = connectedComponents(seedMask, 1).labels;
  const large = rules.smallestSeed ? removeSmallObjects(components, rules.smallestSeed) : components;
  const seeds = rules.closeSeeds ? withoutCloseSeeds(large, rules.closeSeeds) : large;

  let growth = asImage(agreement(rules.growth, channelOf, 0.5));
  const { closeGrowth } = rules;
  if (closeGrowth) {
    growth = inPlanes(growth, dilate, closeGrowth.dilation);
    growth = inPlanes(growth, erode, closeGrowth.erosion);
  }

  const sign = edges || LOW_INSIDE.includes(rules.surface) ? 1 : -1;
  const values = Float64Array.from(edges ?? channelOf(rules.surface).values, (value) => sign * value);
  const surface = image(gaussianValues(values, [...sides, 1], 1, { truncate: 1 }), [...sides, 1], metadata);
  const labels = watershed(surface, seeds, { mask: growth, bySlices: rules.bySlices ?? false });
  return { labels, seeds, surface, growth };
}

/** Middles are those of mass, rounded to pixels. */
function withoutCloseSeeds(
  seeds: Image,
  { radius, spacing }: { readonly radius: number; readonly spacing: readonly number[] },
): Image {
  const regions = findRegions(seeds);
  const middles = regions.map(({ centroid }) => centroid.map(Math.round));
  const kept = new Set(removeClosePoints(middles, radius, spacing).map((i) => regions[i].label));
  return removeObjects(seeds, ({ label }) => kept.has(label) === false);
}

function isOffset(letter: string): boolean {
  return ['H', 'V', 'Z'].includes(letter);
}

function edgesOf(
  prediction: Image,
  offsets: readonly ChannelThreshold[],
  channelOf: (letter: string) => Channel,
): Float32Array {
  const sides = prediction.shape.slice(0, -1);
  const axisOf = (letter: string) => sides.length - 1 - ['H', 'V', 'Z'].indexOf(letter);
  const letters = offsets.map(({ channel }) => channel);
  return offsetEdges(
    letters.map((letter) => channelOf(letter).values),
    letters.map(axisOf),
    sides,
  );
}

/** Seeds of the other channels that do not lie on edges between offsets. */
function joined(
  mask: Uint8Array | undefined,
  edges: Float32Array | undefined,
  offsets: readonly ChannelThreshold[],
): Uint8Array {
  if (!edges) {
    if (!mask) throw new RangeError('a watershed needs a channel for its seeds');
    return mask;
  }
  const given = offsets.map(({ threshold }) => threshold).filter((threshold) => threshold !== 'auto');
  const limit = given.length > 0 ? Math.min(...given) : otsu(edges);
  return Uint8Array.from(edges, (edge, at) => Number(edge < limit && (mask === undefined || mask[at] === 1)));
}

/** One letter of the prediction; of affinities the least of the nearest ones along the axes. */
class Channel {
  readonly values: Float32Array;
  /** What its threshold is found over. */
  readonly pooled: Float32Array;

  constructor(prediction: Image, letter: string, places: Readonly<Record<string, number>>) {
    const first = places[letter];
    if (first === undefined)
      throw new RangeError(
        `there is no channel '${letter}' in the prediction, which has ${Object.keys(places).join(', ')}`,
      );
    const { data, shape } = prediction;
    const step = shape[shape.length - 1];
    const pixels = data.length / step;
    const plane = (c: number) => Float32Array.from({ length: pixels }, (_, i) => data[i * step + c]);
    this.values = plane(first);
    this.pooled = this.values;
    if (letter !== 'A') return;
    const planes = Array.from({ length: shape.length - 1 }, (_, k) => plane(first + k));
    this.values = this.values.map((_, i) => Math.min(...planes.map((values) => values[i])));
    this.pooled = new Float32Array(pixels * planes.length);
    for (const [k, values] of planes.entries()) this.pooled.set(values, k * pixels);
  }
}

/** 1 where every channel says so. @param part of Otsu's threshold that is taken. */
function agreement(
  cuts: readonly ChannelThreshold[],
  channelOf: (letter: string) => Channel,
  part: number,
): Uint8Array {
  const offset = cuts.find(({ channel }) => isOffset(channel));
  if (offset) throw new RangeError(`objects cannot grow where ${offset.channel} says: offsets are no mask`);
  const order = sortChannels(cuts.map(({ channel }) => channel));
  const sorted = [...cuts].sort((a, b) => order.indexOf(a.channel) - order.indexOf(b.channel));
  let mask: Uint8Array | undefined;
  for (const { channel, threshold } of sorted) {
    const { values, pooled } = channelOf(channel);
    const low = LOW_INSIDE.includes(channel);
    const turned = low && mask === undefined;
    const compared = turned ? pooled.map((value) => 1 - value) : pooled;
    const limit = threshold === 'auto' ? part * otsu(compared) : threshold;
    const inside = (value: number) => (turned ? 1 - value > limit : low ? value < limit : value > limit);
    const before = mask;
    mask = Uint8Array.from(values, (value, i) => Number((before === undefined || before[i] === 1) && inside(value)));
  }
  if (!mask) throw new RangeError('a watershed needs a channel for its seeds and one for its growth');
  return mask;
}

/** Morphology with a disk, plane by plane. */
function inPlanes(mask: Image, change: typeof dilate, radius: number): Image {
  const { shape, metadata } = mask;
  const [height, width] = shape.slice(-3);
  const disk = ball(radius, 2);
  const result = new Uint8Array(sizeOf(shape));
  for (let from = 0; from < result.length; from += height * width) {
    const plane = image(mask.data.subarray(from, from + height * width), [height, width, 1]);
    result.set(change(plane, disk).data, from);
  }
  return image(result, shape, metadata);
}
