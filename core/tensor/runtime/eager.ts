/** Programs run kernel by kernel on a TensorFlow.js backend: slow, complete, and the measure of the compiler. */
import { sizeOf } from '../layout.js';
import type { Module } from '../nn/module.js';
import { fillRandom, type RandomSpec, randomSize, type StepKey } from '../random.js';
import {
  type Compute,
  evaluationStep,
  hyperFeeds,
  measured,
  predictionStep,
  type TrainingSpec,
  trainingStep,
} from '../step.js';
import { NEXT } from '../step-names.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import { type Tensor, tf } from '../tf.js';
import { checkData, initialModel, initialTraining, matchState, STEP_COUNT, shapesOf } from './state.js';
import type { InferenceProgram, TensorRuntime, TrainingProgram } from './types.js';

export function openEagerRuntime(): TensorRuntime {
  return {
    device: 'eager',
    description: 'kernel by kernel, TensorFlow.js CPU backend',
    train: async (spec) => eagerTraining(spec),
    infer: async (network, weights) => eagerInference(network, weights),
    dispose: async () => {},
  };
}

/** A training that starts from the given state, where there is one. */
export function eagerTraining(spec: TrainingSpec, start?: NamedTensors): TrainingProgram {
  const kept = initialTraining(spec);
  const expected = shapesOf(kept);
  const restore = (brought: NamedTensors) => {
    const { fitting, report } = matchState(expected, brought);
    for (const [name, { data, shape }] of fitting) kept.set(name, { data: data.slice(), shape });
    return report;
  };
  if (start) restore(start);
  return {
    async step(input, target, hyper, key) {
      const count = kept.get(STEP_COUNT)!.data[0] + 1;
      const feeds = new Map([...kept, ['input', input], ['target', target]]);
      for (const [name, value] of hyperFeeds(spec, hyper, count))
        feeds.set(name, { data: Float32Array.of(value), shape: [] });
      const results = run(trainingStep(spec), feeds, { seed: spec.seed, key });
      for (const [name, tensor] of results) if (name.startsWith(NEXT)) kept.set(name.slice(NEXT.length), tensor);
      kept.set(STEP_COUNT, { data: Float32Array.of(count), shape: [] });
      return measured(results);
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
export function eagerInference(network: Module, weights?: NamedTensors): InferenceProgram {
  const kept = initialModel(network, 0);
  const expected = shapesOf(kept);
  const restore = (brought: NamedTensors) => {
    const { fitting, report } = matchState(expected, brought);
    for (const [name, tensor] of fitting) kept.set(name, tensor);
    return report;
  };
  if (weights) restore(weights);
  return {
    async predict(input) {
      return [...run(predictionStep(network), new Map([...kept, ['input', input]])).values()];
    },
    restore: async (brought) => restore(brought),
    dispose: async () => kept.clear(),
  };
}

function run(compute: Compute, feeds: NamedTensors, randomness?: { seed: number; key: StepKey }): NamedTensors {
  if (tf.getBackend() !== 'cpu') void tf.setBackend('cpu');
  let stream = 0;
  const random = (spec: RandomSpec) => toTensor(noise(spec, randomness!.seed, randomness!.key, stream++));
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
