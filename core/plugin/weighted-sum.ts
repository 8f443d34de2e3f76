/** Sums of losses. */
import { type Measure, type Scalar, tf } from '../tensor/index.js';

export interface WeightedLoss {
  weight: number;
  loss: Measure;
}

/** Σ weight · loss; the weights need not add up to 1. */
export function weightedSum(terms: readonly WeightedLoss[]): Measure {
  return (output, target) => tf.addN(terms.map(({ weight, loss }) => tf.mul(loss(output, target), weight))) as Scalar;
}
