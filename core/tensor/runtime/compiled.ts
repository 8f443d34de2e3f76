/** The runtime that compiles: one session thread, any number of programs. */
import { availableParallelism } from 'node:os';
import { openChannel } from './channel.js';
import { CompiledInference } from './compiled-inference.js';
import { CompiledTraining } from './compiled-training.js';
import { inferenceOrEager, trainingOrEager } from './fallback.js';
import { initialTraining } from './state.js';
import type { RuntimeChoice, TensorRuntime } from './types.js';

/** Opens ONNX Runtime's CPU provider in a thread of its own. */
export async function openCompiledRuntime(choice: RuntimeChoice): Promise<TensorRuntime> {
  const channel = openChannel();
  const threads = choice.threads ?? availableParallelism();
  const { version } = await channel.ask({ call: 'open', threads });
  const mayFallBack = choice.device === 'auto';
  let programs = 0;
  return {
    device: 'cpu',
    description: `compiled for the CPU, ONNX Runtime ${version}, ${threads} thread${threads === 1 ? '' : 's'}`,
    async train(spec) {
      const program = new CompiledTraining(channel, programs++, spec);
      await program.restore(initialTraining(spec));
      return mayFallBack ? trainingOrEager(program, spec, choice) : program;
    },
    async infer(network, weights) {
      const program = new CompiledInference(channel, programs++, network);
      if (weights) await program.restore(weights);
      return mayFallBack ? inferenceOrEager(program, network, weights, choice) : program;
    },
    dispose: () => channel.close(),
  };
}
