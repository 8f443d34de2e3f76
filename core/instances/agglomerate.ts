/**
 * Fragments joined where the affinities across their borders are high (as in waterz: J. Funke et al., IEEE Trans. Pattern Analysis
 * and Machine Intelligence 41, 2019, with the quantile of a histogram as score).
 */

import { type Image, image } from '../image/image.js';
import { PriorityQueue } from '../nd/priority-queue.js';
import { volumeOf } from '../nd/volume.js';

export interface AgglomerationOptions {
  /** Percentile of the affinities between two fragments that is their score, 0 to 100; default 50. */
  quantile?: number;
  /** Least score at which two are joined; default 0.5. */
  threshold?: number;
  /** Pairs of pixels that a score needs; default 5. */
  leastPairs?: number;
}

/** Pixels between which a channel of affinities tells, along one axis. */
export interface AffinityOffset {
  /** 0 for the first spatial axis. */
  readonly axis: number;
  /** Pixels; a channel compares a pixel with the one so many before it. */
  readonly step: number;
}

const BINS = 256;

/** What two fragments share. */
interface Border {
  readonly histogram: Uint32Array;
  pairs: number;
  /** Counts changes: entries of the queue with an older number are out of date. */
  version: number;
}

interface Candidate {
  readonly score: number;
  readonly a: number;
  readonly b: number;
  readonly border: Border;
  readonly version: number;
}

/**
 * Joins fragments two by two, those with the highest score first, until it falls below the threshold. The affinities of all pairs of pixels
 * between two fragments are counted in 256 bins, those of joined fragments together; the score is the middle of the bin in
 * which the percentile lies. Of two equally high scores the one of the smaller labels counts.
 *
 * @param fragments labels, first channel of `[[z,] y, x, c]`.
 * @param affinities of the same sides, one channel for each offset.
 * @returns uint32 `[[z,] y, x, 1]` without gaps, in the order of the label that each joined object keeps: that of the side with more
 *   fragments, of equal ones the smaller.
 */
export function agglomerate(
  fragments: Image,
  affinities: Image,
  offsets: readonly AffinityOffset[],
  options: AgglomerationOptions = {},
): Image {
  const { quantile = 50, threshold = 0.5, leastPairs = 5 } = options;
  const neighbours = borders(fragments, affinities, offsets);
  const queue = new PriorityQueue<Candidate>((p, q) =>
    p.score !== q.score ? p.score > q.score : p.a !== q.a ? p.a < q.a : p.b < q.b,
  );
  const offer = (a: number, b: number, border: Border) => {
    if (border.pairs < leastPairs) return;
    const score = scoreOf(border, quantile);
    if (score >= threshold)
      queue.push({ score, a: Math.min(a, b), b: Math.max(a, b), border, version: border.version });
  };
  for (const [a, others] of neighbours) for (const [b, border] of others) if (a < b) offer(a, b, border);

  const parents = new Map<number, number>();
  const sizes = new Map<number, number>();
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { a, b, border, version } = next;
    if (border.version !== version || neighbours.get(a)?.get(b) !== border) continue;
    const [sizeA, sizeB] = [sizes.get(a) ?? 1, sizes.get(b) ?? 1];
    const [kept, gone] = sizeB > sizeA ? [b, a] : [a, b];
    parents.set(gone, kept);
    sizes.set(kept, sizeA + sizeB);
    join(neighbours, kept, gone, offer);
  }

  const { values } = volumeOf(fragments);
  const rootOf = (label: number): number => {
    let at = label;
    for (let up = parents.get(at); up !== undefined; up = parents.get(at)) at = up;
    return at;
  };
  const roots = new Map<number, number>();
  for (const label of new Set(values)) if (label !== 0) roots.set(label, rootOf(label));
  const ordered = [...new Set(roots.values())].sort((p, q) => p - q);
  const numbers = new Map(ordered.map((root, i) => [root, i + 1]));
  const found = new Uint32Array(values.length);
  for (let at = 0; at < found.length; at++) if (values[at] !== 0) found[at] = numbers.get(roots.get(values[at])!)!;
  return image(found, [...fragments.shape.slice(0, -1), 1], fragments.metadata);
}

type Neighbours = Map<number, Map<number, Border>>;

function borders(fragments: Image, affinities: Image, offsets: readonly AffinityOffset[]): Neighbours {
  const { values } = volumeOf(fragments);
  const sides = fragments.shape.slice(0, -1);
  const channels = affinities.shape[affinities.shape.length - 1];
  if (affinities.shape.slice(0, -1).join() !== sides.join() || channels < offsets.length)
    throw new RangeError(
      `affinities of ${affinities.shape.join('×')} do not fit ${offsets.length} offsets and fragments of ${sides.join('×')}`,
    );
  const found: Neighbours = new Map();
  const of = (label: number) => {
    let others = found.get(label);
    if (!others) {
      others = new Map();
      found.set(label, others);
    }
    return others;
  };
  for (const [channel, { axis, step }] of offsets.entries()) {
    const stride = sides.slice(axis + 1).reduce((product, side) => product * side, 1);
    for (let at = step * stride; at < values.length; at++) {
      const own = values[at];
      const other = values[at - step * stride];
      if (own === 0 || other === 0 || own === other) continue;
      if (Math.floor(at / stride) % sides[axis] < step) continue;
      let border = of(own).get(other);
      if (!border) {
        border = { histogram: new Uint32Array(BINS), pairs: 0, version: 0 };
        of(own).set(other, border);
        of(other).set(own, border);
      }
      const bin = Math.floor(affinities.data[at * channels + channel] * BINS);
      border.histogram[Math.min(Math.max(bin, 0), BINS - 1)]++;
      border.pairs++;
    }
  }
  return found;
}

function scoreOf({ histogram, pairs }: Border, quantile: number): number {
  const wanted = (quantile / 100) * pairs;
  let bin = 0;
  for (let reached = histogram[0]; reached < wanted && bin + 1 < BINS; ) reached += histogram[++bin];
  return (bin + 0.5) / BINS;
}

/** Gives the borders of a fragment to the one that it became part of. */
function join(
  neighbours: Neighbours,
  kept: number,
  gone: number,
  offer: (a: number, b: number, border: Border) => void,
): void {
  const own = neighbours.get(kept)!;
  own.delete(gone);
  for (const [other, border] of neighbours.get(gone)!) {
    if (other === kept) continue;
    const others = neighbours.get(other)!;
    others.delete(gone);
    const shared = own.get(other);
    if (shared) {
      for (let bin = 0; bin < BINS; bin++) shared.histogram[bin] += border.histogram[bin];
      shared.pairs += border.pairs;
      shared.version++;
      offer(kept, other, shared);
    } else {
      own.set(other, border);
      others.set(kept, border);
      border.version++;
      offer(kept, other, border);
    }
  }
  neighbours.delete(gone);
}
