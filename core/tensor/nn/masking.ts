/** Hiding tokens, for masked autoencoders (K. He et al., CVPR 2022). */
import { type Tensor, tf } from '../tf.js';
import type { Pass } from './module.js';

/** Which tokens of each sample are seen. */
export interface TokenMask {
  /** `[n, seen, tokens]`: row i has a 1 at the token that is seen as the i-th. */
  readonly chosen: Tensor;
  /** `[n, tokens]`: 1 where hidden. */
  readonly hidden: Tensor;
}

/**
 * The floor(tokens · (1 − ratio)) tokens with the smallest random numbers are seen, in the order of these; other ones in
 * every step and sample, the same again for the same seed.
 */
export function randomMask(pass: Pass, samples: number, tokens: number, ratio: number): TokenMask {
  const noise = pass.random({ shape: [samples, tokens] });
  const { indices } = tf.topk(tf.neg(noise), Math.floor(tokens * (1 - ratio)));
  return maskOf(indices, tokens);
}

/** The given tokens of all samples are seen, in that order. */
export function fixedMask(samples: number, tokens: number, seen: readonly number[]): TokenMask {
  return maskOf(tf.tile(tf.tensor2d([...seen], [1, seen.length], 'int32'), [samples, 1]), tokens);
}

function maskOf(seen: Tensor, tokens: number): TokenMask {
  const chosen = tf.cast(tf.oneHot(seen as ReturnType<typeof tf.tensor1d>, tokens), 'float32');
  return { chosen, hidden: tf.sub(1, tf.sum(chosen, 1)) };
}

/** The tokens that are seen: `[n, tokens, width]` to `[n, seen, width]`. A product, so that its gradient is one too. */
export function seenTokens(x: Tensor, mask: TokenMask): Tensor {
  return tf.matMul(mask.chosen, x);
}

/** Seen tokens back at their places, `filler` `[1, 1, width]` at those of the others. */
export function allTokens(seen: Tensor, mask: TokenMask, filler: Tensor): Tensor {
  return tf.add(tf.matMul(mask.chosen, seen, true), tf.mul(tf.expandDims(mask.hidden, -1), filler));
}
