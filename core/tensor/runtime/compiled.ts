/** The runtime that compiles: one session thread, any number of programs. */
import { availableParallelism } from 'node:os';
import { OnnxNetwork } from '../onnx/network.js';
import { openChannel } from './channel.js';
import { CompiledInference } from './compiled-inference.js';
import { CompiledTraining } from './compiled-training.js';
import { inferenceOrEager, trainingOrEager } from './fallback.js';
import { FileInference } from './file-inference.js';
import { initialTraining } from './state.js';
import type { RuntimeChoice, TensorRuntime } from './types.js';

/** A provider of ONNX Runtime: what runs the nodes of a graph. */
export interface Provider {
  /** Name of the device. */
  readonly device: string;
  /** Name in ONNX Runtime. */
  readonly id: string;
  /** As people call it. */
  readonly title: string;
}

export const CPU_PROVIDER: Provider = { device: 'cpu', id: 'cpu', title: 'the CPU' };

/** Opens ONNX Runtime in a thread of its own. @throws TensorError when it is not installed. */
export async function openCompiledRuntime(choice: RuntimeChoice, provider = CPU_PROVIDER): Promise<TensorRuntime> {
  const channel = openChannel(provider.id);
  const threads = choice.threads ?? availableParallelism();
  const { version } = await channel.ask({ call: 'open', threads, provider: provider.id }).catch(async (error) => {
    await channel.close();
    throw error;
  });
  const mayFallBack = choice.device === 'auto';
  let programs = 0;
  return {
    device: provider.device,
    description: `compiled for ${provider.title}, ONNX Runtime ${version}, ${threads} thread${threads === 1 ? '' : 's'}`,
    async train(spec) {
      const program = new CompiledTraining(channel, programs++, spec);
      await program.restore(initialTraining(spec));
      return mayFallBack ? trainingOrEager(program, spec, choice) : program;
    },
    async infer(network, weights) {
      await network.prepare();
      if (network instanceof OnnxNetwork) return new FileInference(channel, programs++, network);
      const program = new CompiledInference(channel, programs++, network);
      if (weights) await program.restore(weights);
      return mayFallBack ? inferenceOrEager(program, network, weights, choice) : program;
    },
    dispose: () => channel.close(),
  };
}
