/**
 * Noise2Void: hides single pixels of a noisy patch from a network that is to predict them.
 *
 * A. Krull, T.-O. Buchholz, F. Jug, "Noise2Void – Learning Denoising from Single Noisy Images", CVPR 2019; structured
 * masks after C. Broaddus et al., ISBI 2020. Numbers are BiaPy's.
 */

import { placeAt } from '../image/c-order.js';
import { channelCount, type Image, image, sizeOf, spatialShape } from '../image/image.js';
import type { RandomStream } from '../image/random.js';

export const MANIPULATORS = [
  'uniform_withCP',
  'uniform_withoutCP',
  'normal_withoutCP',
  'normal_additive',
  'normal_fitted',
  'mean',
  'median',
  'identity',
] as const;
export type Manipulator = (typeof MANIPULATORS)[number];

export interface BlindSpotOptions {
  /** Percentage of the pixels that are hidden, above 0. */
  percentage: number;
  /** What is put in place of a hidden pixel. */
  manipulator: Manipulator;
  /** The neighbourhood is a box of `2·radius + 1` pixels, cut at the border. */
  radius: number;
  /** Hides a bar of pixels along x around each hidden one, too: against noise that forms lines. */
  structured: boolean;
}

/** Deviation in pixels of the places that `normal_withoutCP` takes values from. */
const SPREAD = 4;
/** Pixels of the bar on each side of a hidden one. */
const REACH = 5;
/** Values of the bar are uniform within ± this. */
const BAR = 2;

/**
 * The patch with hidden pixels, and what they hid: a target of twice the channels, first the true values at the hidden
 * pixels (0 elsewhere), then the mask that is 1 there. Each channel has pixels of its own.
 *
 * @param picture `[[z,] y, x, c]`, normalised.
 */
export function blindSpots(
  picture: Image,
  options: BlindSpotOptions,
  draws: RandomStream,
): { image: Image; target: Image } {
  const channels = channelCount(picture);
  const sides = spatialShape(picture);
  const seen = Float32Array.from(picture.data);
  const target = new Float32Array(2 * picture.data.length);
  for (let channel = 0; channel < channels; channel++) {
    const spots = stratifiedSpots(sides, options.percentage, draws);
    const neighbourhood = new Neighbourhood(picture, channel, options.radius);
    for (const spot of spots) {
      const at = flatten(spot, sides);
      target[at * 2 * channels + channel] = picture.data[at * channels + channel];
      target[at * 2 * channels + channels + channel] = 1;
      seen[at * channels + channel] = REPLACEMENTS[options.manipulator](neighbourhood.around(spot), draws);
    }
    if (options.structured)
      for (const spot of spots)
        for (const at of bar(spot, sides)) seen[at * channels + channel] = draws.uniform(-BAR, BAR);
  }
  return {
    image: image(seen, picture.shape, picture.metadata),
    target: image(target, [...sides, 2 * channels]),
  };
}

/** One place in each box of a grid, whose side gives the percentage in 2D; those past the end are left out. */
export function stratifiedSpots(sides: readonly number[], percentage: number, draws: RandomStream): number[][] {
  const box = Math.max(Math.round(Math.sqrt(100 / percentage)), 1);
  const counts = sides.map((side) => Math.ceil(side / box));
  const spots: number[][] = [];
  for (let index = 0; index < sizeOf(counts); index++) {
    const cell = placeAt(index, counts);
    const spot = cell.map((i) => Math.floor(i * box + draws.uniform() * box));
    if (spot.every((at, axis) => at < sides[axis])) spots.push(spot);
  }
  return spots;
}

function* bar(spot: readonly number[], sides: readonly number[]): Generator<number> {
  const x = spot.length - 1;
  const row = flatten([...spot.slice(0, x), 0], sides);
  for (let at = Math.max(spot[x] - REACH, 0); at <= Math.min(spot[x] + REACH, sides[x] - 1); at++)
    if (at !== spot[x]) yield row + at;
}

/** The box around a place of one channel, as it was before any pixel was hidden. */
class Neighbourhood {
  private spot: readonly number[] = [];
  private start: number[] = [];
  private size: number[] = [];

  constructor(
    private readonly picture: Image,
    private readonly channel: number,
    readonly radius: number,
  ) {}

  around(spot: readonly number[]): this {
    const sides = spatialShape(this.picture);
    this.spot = spot;
    this.start = spot.map((at) => Math.max(at - this.radius, 0));
    this.size = spot.map((at, axis) => Math.min(at + this.radius + 1, sides[axis]) - this.start[axis]);
    return this;
  }

  get centre(): number {
    return this.value(this.spot);
  }

  /** A random pixel of the box; the centre itself only where asked for, or where there is nothing else. */
  any(draws: RandomStream, withCentre: boolean): number {
    const count = sizeOf(this.size);
    if (withCentre || count === 1) return this.at(draws.integer(0, count));
    const centre = flatten(
      this.spot.map((at, axis) => at - this.start[axis]),
      this.size,
    );
    const drawn = draws.integer(0, count - 1);
    return this.at(drawn < centre ? drawn : drawn + 1);
  }

  /** A pixel at a normally distributed distance, within the patch and not the centre. */
  near(draws: RandomStream): number {
    const sides = spatialShape(this.picture);
    if (sizeOf(sides) === 1) return this.centre;
    for (;;) {
      const place = this.spot.map((at, axis) => {
        for (;;) {
          const moved = Math.round(draws.normal(at, SPREAD));
          if (moved >= 0 && moved < sides[axis]) return moved;
        }
      });
      if (place.some((at, axis) => at !== this.spot[axis])) return this.value(place);
    }
  }

  /** All values of the box but the centre's; that one where there is no other. */
  others(): number[] {
    const all = this.all();
    const centre = flatten(
      this.spot.map((at, axis) => at - this.start[axis]),
      this.size,
    );
    return all.length === 1 ? all : all.filter((_, i) => i !== centre);
  }

  all(): number[] {
    return Array.from({ length: sizeOf(this.size) }, (_, i) => this.at(i));
  }

  private at(index: number): number {
    return this.value(placeAt(index, this.size).map((i, axis) => i + this.start[axis]));
  }

  private value(place: readonly number[]): number {
    const pixel = flatten(place, spatialShape(this.picture));
    return this.picture.data[pixel * channelCount(this.picture) + this.channel];
  }
}

const REPLACEMENTS: Record<Manipulator, (box: Neighbourhood, draws: RandomStream) => number> = {
  uniform_withCP: (box, draws) => box.any(draws, true),
  uniform_withoutCP: (box, draws) => box.any(draws, false),
  normal_withoutCP: (box, draws) => box.near(draws),
  normal_additive: (box, draws) => draws.normal(box.centre, box.radius),
  normal_fitted: (box, draws) => {
    const values = box.all();
    const mean = average(values);
    return draws.normal(mean, Math.sqrt(average(values.map((value) => (value - mean) ** 2))));
  },
  mean: (box) => average(box.others()),
  median: (box) => median(box.others()),
  identity: (box) => box.centre,
};

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function flatten(place: readonly number[], sides: readonly number[]): number {
  return place.reduce((index, at, axis) => index * sides[axis] + at, 0);
}
