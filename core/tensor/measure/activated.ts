/** Measures of networks whose activation is not part of the network. */
import type { ChannelActivation } from '../../image/activation.js';
import { activate } from '../nn/activation.js';
import type { Measure } from '../step.js';
import { type Tensor, tf } from '../tf.js';

/** A measure that sees activated channels in place of the first output. An empty list changes nothing. */
export function activated(measure: Measure, activations: readonly ChannelActivation[]): Measure {
  if (activations.every((name) => name === 'linear')) return measure;
  return ([first, ...others], target) => measure([activateTensor(first, activations), ...others], target);
}

/**
 * The tensor `[n, ..., c]` with an activation for each channel; a list shorter than the channels repeats its last entry,
 * and `softmax` channels in a row are normalised together, as those of an image are.
 */
export function activateTensor(x: Tensor, activations: readonly ChannelActivation[]): Tensor {
  const channels = x.shape[x.shape.length - 1];
  const chosen = Array.from({ length: channels }, (_, c) => activations[Math.min(c, activations.length - 1)]);
  const runs: { name: ChannelActivation; count: number }[] = [];
  for (const name of chosen) {
    const last = runs.at(-1);
    if (last?.name === name) last.count++;
    else runs.push({ name, count: 1 });
  }
  if (runs.length === 1) return activate(runs[0].name, x);
  const parts = tf.split(
    x,
    runs.map(({ count }) => count),
    -1,
  );
  return tf.concat(
    runs.map(({ name }, i) => activate(name, parts[i])),
    -1,
  );
}
