/**
 * Adversarial training, I. Goodfellow et al., Generative Adversarial Nets, NeurIPS 2014: a second network learns to tell
 * what the first one makes from real images, and the first one learns to make what the second takes for real.
 */
import type { Module, NetworkOutput } from './nn/module.js';
import type { OptimizerSpec } from './optimizer.js';
import { type Scalar, type Tensor, tf } from './tf.js';

/** Cross-entropy of the logits, or the hinge of T. Miyato et al., Spectral Normalization for GANs, ICLR 2018. */
export type Adversarial = 'BCE' | 'HINGE';

/** The discriminator of a training. Its names begin with `discriminator.`, in the state and in the scalars of a step. */
export interface Adversary {
  /** From an image to logits, of any shape: above 0 for real. */
  readonly network: Module;
  readonly loss: Adversarial;
  /** What deceiving the discriminator counts beside the other losses. */
  readonly weight: number;
  readonly optimizer: OptimizerSpec;
  /** The image in the output of the generator, as it is compared with the target. */
  readonly image: (output: NetworkOutput, target: Tensor) => Tensor;
}

export const DISCRIMINATOR = 'discriminator.';

/** What the generator loses for images that the discriminator finds out. */
export function deceived(loss: Adversarial, fake: Tensor): Scalar {
  if (loss === 'HINGE') return tf.neg(tf.mean(fake)) as Scalar;
  return tf.mean(tf.softplus(tf.neg(fake))) as Scalar;
}

/** What the discriminator loses: the mean over real and made images for cross-entropy, their sum for the hinge. */
export function discriminated(loss: Adversarial, real: Tensor, fake: Tensor): Scalar {
  if (loss === 'HINGE') return tf.add(tf.mean(tf.relu(tf.sub(1, real))), tf.mean(tf.relu(tf.add(1, fake)))) as Scalar;
  const both = tf.add(tf.mean(tf.softplus(tf.neg(real))), tf.mean(tf.softplus(fake)));
  return tf.mul(both, 0.5) as Scalar;
}
