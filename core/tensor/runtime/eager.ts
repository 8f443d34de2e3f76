/** Programs run kernel by kernel on a TensorFlow.js backend: slow, complete, and the measure of the compiler. */
import { TensorError } from '../../errors.js';
import { quickenFilterGradient } from '../convolve/filter-gradient.js';
import { sizeOf } from '../layout.js';
import type { Module } from '../nn/module.js';
import { FIXED_RANDOMNESS, fillRandom, type RandomSpec, randomSize, type StepKey } from '../random.js';
import {
  type Compute,
  evaluationStep,
  gatherFeeds,
  gatheringStep,
  hyperFeeds,
  measured,
  predictionStep,
  type TrainingSpec,
  trainingStep,
} from '../step.js';
import { NEXT } from '../step-names.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import { type Tensor, tf } from '../tf.js';
import {
  checkData,
  initialGathered,
  initialModel,
  initialTraining,
  matchState,
  modelShapes,
  requireAccumulation,
  STEP_COUNT,
  trainingShapes,
} from './state.js';
import type { InferenceProgram, TensorRuntime, TrainingProgram } from './types.js';

/** A backend of TensorFlow.js, registered and ready. */
export interface Backend {
  /** Name of the device. */
  readonly device: string;
  /** Name in TensorFlow.js. */
  readonly id: string;
  /** As people call it. */
  readonly title: string;
}

/** The backend in plain JavaScript, which is always there. */
export const JAVASCRIPT: Backend = { device: 'eager', id: 'cpu', title: 'TensorFlow.js CPU backend' };

export function openEagerRuntime(backend = JAVASCRIPT): TensorRuntime {
  return {
    device: backend.device,
    description: `kernel by kernel, ${backend.title}`,
    train: async (spec) => eagerTraining(spec, undefined, backend),
    async infer(network, weights) {
      await network.prepare();
      return eagerInference(network, weights, backend);
    },
    dispose: async () => {},
  };
}

/** A training that starts from the given state, where there is one. */
export function eagerTraining(spec: TrainingSpec, start?: NamedTensors, backend = JAVASCRIPT): TrainingProgram {
  const run = runOn(backend);
  const kept = initialTraining(spec);
  const expected = trainingShapes(spec);
  const gathered = initialGathered(spec);
  let waiting = 0;
  const restore = (brought: NamedTensors) => {
    const { fitting, report } = matchState(expected, brought);
    for (const [name, { data, shape }] of fitting) kept.set(name, { data: data.slice(), shape });
    waiting = 0;
    return report;
  };
  if (start) restore(start);
  const learn = (
    compute: Compute,
    input: TensorData,
    target: TensorData,
    scalars: ReadonlyMap<string, number>,
    key: StepKey,
  ) => {
    const feeds = new Map([...kept, ...gathered, ['input', input], ['target', target]]);
    for (const [name, value] of scalars) feeds.set(name, { data: Float32Array.of(value), shape: [] });
    const results = run(compute, feeds, { seed: spec.seed, key });
    for (const [changed, tensor] of results) {
      if (!changed.startsWith(NEXT)) continue;
      const name = changed.slice(NEXT.length);
      (gathered.has(name) ? gathered : kept).set(name, tensor);
    }
    return measured(results);
  };
  return {
    async step(input, target, hyper, key) {
      const count = kept.get(STEP_COUNT)!.data[0] + 1;
      const result = learn(trainingStep(spec), input, target, hyperFeeds(spec, hyper, count, waiting), key);
      kept.set(STEP_COUNT, { data: Float32Array.of(count), shape: [] });
      waiting = 0;
      return result;
    },
    async gather(input, target, key) {
      requireAccumulation(spec);
      const result = learn(gatheringStep(spec), input, target, gatherFeeds(spec, waiting), key);
      waiting++;
      return result;
    },
    async evaluate(input, target) {
      return measured(run(evaluationStep(spec), new Map([...kept, ['input', input], ['target', target]])));
    },
    async predict(input) {
      return [...run(predictionStep(spec.network), new Map([...kept, ['input', input]])).values()];
    },
    async state() {
      return new Map([...kept].map(([name, { data, shape }]) => [name, { data: data.slice(), shape }]));
    },
    restore: async (brought) => restore(brought),
    dispose: async () => kept.clear(),
  };
}

/** A network with the given weights, where there are some. */
export function eagerInference(network: Module, weights?: NamedTensors, backend = JAVASCRIPT): InferenceProgram {
  const run = runOn(backend);
  const kept: NamedTensors = new Map();
  const expected = modelShapes(network);
  const restore = (brought: NamedTensors) => {
    const { fitting, report } = matchState(expected, brought);
    for (const [name, tensor] of fitting) kept.set(name, tensor);
    return report;
  };
  if (weights) restore(weights);
  return {
    async predict(input) {
      for (const [name, tensor] of initialModel(network, 0, kept)) kept.set(name, tensor);
      return [...run(predictionStep(network), new Map([...kept, ['input', input]])).values()];
    },
    restore: async (brought) => restore(brought),
    dispose: async () => kept.clear(),
  };
}

type Randomness = { seed: number; key: StepKey };

function runOn(backend: Backend) {
  return (compute: Compute, feeds: NamedTensors, randomness?: Randomness): NamedTensors => {
    try {
      return run(backend.id, compute, feeds, randomness);
    } catch (error) {
      throw missingKernel(backend, error) ?? error;
    }
  };
}

/** TensorFlow.js tells of a kernel that a backend lacks only when it comes to it. */
function missingKernel(backend: Backend, error: unknown): TensorError | undefined {
  const kernel = /Kernel '(\w+)' not registered/.exec(error instanceof Error ? error.message : '')?.[1];
  if (!kernel) return undefined;
  return new TensorError(
    `SYSTEM.DEVICE ${backend.device}: the ${backend.title} has no kernel ${kernel}, so it cannot run this network` +
      `${/Backprop|Grad/.test(kernel) ? ' in training' : ''}. Write auto, or another device that \`biagraph doctor\` finds.`,
    { where: { key: 'SYSTEM.DEVICE' }, cause: error },
  );
}

function run(backend: string, compute: Compute, feeds: NamedTensors, randomness?: Randomness): NamedTensors {
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
  quickenFilterGradient();
  let stream = 0;
  const { seed, key } = randomness ?? { seed: FIXED_RANDOMNESS.seed, key: FIXED_RANDOMNESS };
  const random = (spec: RandomSpec) => toTensor(noise(spec, seed, key, stream++));
  tf.engine().startScope('eager');
  try {
    for (const [name, tensor] of feeds) checkData(name, tensor);
    const tensors = new Map([...feeds].map(([name, data]) => [name, toTensor(data)]));
    const results: NamedTensors = new Map();
    for (const [name, tensor] of compute(tensors, random)) {
      results.set(name, { data: (tensor.dataSync() as Float32Array).slice(), shape: [...tensor.shape] });
      tensor.dispose();
    }
    return results;
  } finally {
    tf.engine().endScope();
  }
}

function toTensor({ data, shape }: TensorData): Tensor {
  return tf.tensor(data, [...shape]);
}

/** The same numbers as in a compiled step, whose images are stored channels-first. */
function noise(spec: RandomSpec, seed: number, key: StepKey, stream: number): TensorData {
  const stored = new Float32Array(randomSize(spec));
  fillRandom(stored, spec, seed, key, stream);
  const rank = spec.shape.length;
  if (rank < 4) return { data: stored, shape: spec.shape };
  const channels = spec.shape[rank - 1];
  const pixels = sizeOf(spec.shape.slice(1, -1));
  const data = new Float32Array(stored.length);
  for (let i = 0; i < stored.length; i++) {
    const pixel = i % pixels;
    const channel = Math.floor(i / pixels) % channels;
    const image = Math.floor(i / (pixels * channels));
    data[(image * pixels + pixel) * channels + channel] = stored[i];
  }
  return { data, shape: spec.shape };
}
