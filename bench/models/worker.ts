/** One case of the group `models`, ours: `worker.ts '<case as JSON>' <threads>`. */
import { openRuntime, parameterCount } from '../../core/tensor/index.js';
import { serve } from '../work.js';
import type { ModelCase } from './cases.js';
import { modelWork } from './work.js';

const { network, input, target, training } = await modelWork(JSON.parse(process.argv[2]) as ModelCase);
const runtime = await openRuntime({ device: 'cpu', threads: Number(process.argv[3]) });
const program = await runtime.train(training);
let step = 0;
await serve({ parameters: parameterCount(network) }, () =>
  program.step(input, target, { learningRate: 1e-3 }, { epoch: 0, step: step++ }),
);
await runtime.dispose();
