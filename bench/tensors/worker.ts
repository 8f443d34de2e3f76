/** One case of the group `tensors`, ours: `worker.ts '<case as JSON>' <threads>`. */
import { openRuntime, parameterCount } from '../../core/tensor/index.js';
import { serve } from '../work.js';
import type { TensorCase } from './cases.js';
import { workOf } from './work.js';

const tensorCase = JSON.parse(process.argv[2]) as TensorCase;
const threads = Number(process.argv[3]);
const { network, input, target, training } = workOf(tensorCase);
const runtime = await openRuntime({ device: 'cpu', threads });

let work: () => Promise<unknown>;
if (tensorCase.mode === 'train') {
  const program = await runtime.train(training);
  let step = 0;
  work = () => program.step(input, target, { learningRate: 1e-3 }, { epoch: 0, step: step++ });
} else {
  const program = await runtime.infer(network);
  work = () => program.predict(input);
}
await serve({ parameters: parameterCount(network) }, work);
await runtime.dispose();
