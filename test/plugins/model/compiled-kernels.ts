/** Which kernels a training step consists of, before and after it is compiled. */
import { lower } from '../../../core/tensor/compile.js';
import type { TensorData } from '../../../core/tensor/index.js';
import {
  hyperFeeds,
  modelInputs,
  optimizerInputs,
  type TrainingSpec,
  trainingStep,
} from '../../../core/tensor/step.js';
import { trace } from '../../../core/tensor/trace.js';

/**
 * Names of the TensorFlow.js kernels of a whole training step, and of the ONNX operators they become, in the alphabet's order.
 * A kernel that cannot be compiled is an error.
 */
export function kernelsOf(spec: TrainingSpec, input: TensorData, target: TensorData): string {
  const scalars = [...hyperFeeds(spec, { learningRate: 1 }, 1).keys()].map((name) => ({ name, shape: [] }));
  const state = [...modelInputs(spec.network), ...optimizerInputs(spec)];
  const data = [
    { name: 'input', shape: input.shape },
    { name: 'target', shape: target.shape },
  ];
  const recorded = trace('The training step', [...state, ...scalars, ...data], (feeds, addInput) => {
    let count = 0;
    return trainingStep(spec)(feeds, ({ shape }) => addInput({ name: `random.${count++}`, shape }));
  });
  const { graph } = lower(recorded, { cpu: true });
  const kernels = recorded.calls.map(({ kernel }) => kernel);
  const operators = graph.nodes.map(({ op }) => op);
  return `TensorFlow.js kernels\n${listed(kernels)}\nONNX operators\n${listed(operators)}`;
}

function listed(names: readonly string[]): string {
  return [...new Set(names)]
    .sort()
    .map((name) => `  ${name}\n`)
    .join('');
}

/** The file that holds the kernels of an architecture. */
export function kernelFile(architecture: string, variant: string): string {
  const name = `${architecture} ${variant}`.replaceAll('+', 'p').replaceAll(/[^A-Za-z0-9_]+/g, '-');
  return `../../fixtures/kernels/${name}.txt`;
}
