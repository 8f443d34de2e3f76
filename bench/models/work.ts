/** What a case of the group `models` computes, ours: network, data and training. */
import { makeNetwork } from '../../cli/make-network.js';
import { crossEntropy } from '../../plugins/loss/cross-entropy.js';
import { type CaseWork, filled } from '../tensors/work.js';
import type { ModelCase } from './cases.js';

export async function modelWork(modelCase: ModelCase): Promise<CaseWork> {
  const { network: architecture, batch, side, channels = 1, smaller = 1, classes, set } = modelCase;
  const input = [side, side, channels];
  const { network } = await makeNetwork(architecture, { set: [...set], plugin: [], input, channels: [classes ?? 1] });
  const predicted = side / smaller;
  const target = classes
    ? filled([batch, 1], (i) => i % classes)
    : filled([batch, predicted, predicted, 1], (i) => (Math.sin(i * 0.01) > 0 ? 1 : 0));
  const loss = crossEntropy({ classes: classes ?? 2 });
  const optimizer = { name: 'ADAMW', weightDecay: 0.02 } as const;
  return {
    network,
    input: filled([batch, ...input], (i) => Math.sin(i * 12.9898) * 0.5 + 0.5),
    target,
    training: { network, loss, metrics: {}, optimizer, seed: 0 },
  };
}
