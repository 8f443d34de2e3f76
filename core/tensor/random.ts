/**
 * Random arrays for a step of training: a pure function of (seed, epoch, step, stream), fast enough for a dropout
 * mask the size of a batch of feature maps.
 *
 * Each element is a hash of its index under a key (the finaliser of MurmurHash3, A. Appleby), so no state is shared.
 */
import { randomStream } from '../image/random.js';
import { sizeOf } from './layout.js';

/** What a module asks for while it runs. */
export interface RandomSpec {
  /** Logical, channels-last. */
  readonly shape: readonly number[];
  /** Set for a mask: elements are 1/keep with that probability, else 0. Otherwise they are uniform in [0, 1). */
  readonly keep?: number;
}

/** Which step of training the numbers belong to. */
export interface StepKey {
  readonly epoch: number;
  readonly step: number;
}

/** What evaluation and prediction draw from, each time the same. */
export const FIXED_RANDOMNESS: StepKey & { readonly seed: number } = { seed: 0, epoch: 0, step: 0 };

/**
 * Elements of a random array in channels-first order `[n, c, ...space]`, which is how compiled graphs store images.
 *
 * @param stream number of the request within one step, from 0.
 */
export function fillRandom(out: Float32Array, spec: RandomSpec, seed: number, key: StepKey, stream: number): void {
  const words = randomStream({ seed, epoch: key.epoch, sample: key.step, node: `tensor/${stream}` });
  const low = words.integer(0, 2 ** 32) | 0;
  const high = words.integer(0, 2 ** 32) | 0;
  const threshold = spec.keep === undefined ? 0 : spec.keep * 2 ** 32;
  const kept = spec.keep === undefined ? 0 : 1 / spec.keep;
  for (let i = 0; i < out.length; i++) {
    let h = Math.imul(i ^ low, 0x9e3779b1) ^ high;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h = (h ^ (h >>> 16)) >>> 0;
    if (spec.keep === undefined) out[i] = (h >>> 8) / 2 ** 24;
    else out[i] = h < threshold ? kept : 0;
  }
}

/** Number of elements of a request. */
export function randomSize(spec: RandomSpec): number {
  return sizeOf(spec.shape);
}
