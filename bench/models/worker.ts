/** One case of the group `models`, ours: `worker.ts '<case as JSON>' <threads>`. */
import { makeNetwork } from '../../cli/make-network.js';
import { openRuntime, parameterCount, type TensorData } from '../../core/tensor/index.js';
import { crossEntropy } from '../../plugins/loss/cross-entropy.js';
import { serve } from '../work.js';
import type { ModelCase } from './cases.js';

const { network: architecture, batch, side, set } = JSON.parse(process.argv[2]) as ModelCase;
const input = [side, side, 1];
const { network } = await makeNetwork(architecture, { set: [...set], plugin: [], input, channels: [1] });
const filled = (value: (i: number) => number): TensorData => ({
  data: Float32Array.from({ length: batch * side * side }, (_, i) => value(i)),
  shape: [batch, side, side, 1],
});
const image = filled((i) => Math.sin(i * 12.9898) * 0.5 + 0.5);
const target = filled((i) => (Math.sin(i * 0.01) > 0 ? 1 : 0));
const runtime = await openRuntime({ device: 'cpu', threads: Number(process.argv[3]) });
const program = await runtime.train({
  network,
  loss: crossEntropy({ classes: 2 }),
  metrics: {},
  optimizer: { name: 'ADAMW', weightDecay: 0.02 },
  seed: 0,
});
let step = 0;
await serve({ parameters: parameterCount(network) }, () =>
  program.step(image, target, { learningRate: 1e-3 }, { epoch: 0, step: step++ }),
);
await runtime.dispose();
