/** The tensors that a program keeps between calls: which there are, how they start, how they are restored. */
import { TensorError } from '../../errors.js';
import { DISCRIMINATOR } from '../adversary.js';
import { FileNetwork } from '../file-network.js';
import type { ValueSpec } from '../kernel-call.js';
import { sameList, sizeOf } from '../layout.js';
import type { Module } from '../nn/module.js';
import { gatheredInputs, modelInputs, modelName, optimizerInputs, stateInputs, type TrainingSpec } from '../step.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import type { RestoreReport } from './types.js';

/** Number of optimizer steps made, kept with the state so that a resumed training corrects its moments rightly. */
export const STEP_COUNT = 'optimizer.step';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Starting weights and buffers, but for what is given: that of a large network takes seconds to draw. */
export function initialModel(network: Module, seed: number, given: NamedTensors = new Map()): NamedTensors {
  const state: NamedTensors = new Map();
  for (const [name, slot] of network.slots()) {
    const known = given.get(modelName(name));
    state.set(modelName(name), known ?? { data: slot.initial(slot.shape, { seed, name }), shape: slot.shape });
  }
  return state;
}

/** Shapes of the weights and buffers of a network. */
export function modelShapes(network: Module): Shapes {
  return shapesOf(modelInputs(network));
}

/** Shapes of what {@link initialTraining} makes. */
export function trainingShapes(spec: TrainingSpec): Shapes {
  return shapesOf([...stateInputs(spec), ...optimizerInputs(spec), { name: STEP_COUNT, shape: [] }]);
}

function shapesOf(inputs: readonly ValueSpec[]): Shapes {
  return new Map(inputs.map(({ name, shape }) => [name, shape]));
}

/**
 * Starting state of a training: model, optimizer at zero, no step made.
 *
 * @throws TensorError for a file of another program, which has nothing to train.
 */
export function initialTraining(spec: TrainingSpec): NamedTensors {
  if (spec.network instanceof FileNetwork) {
    const { kind, files } = spec.network;
    throw new TensorError(`The ${kind} ${files[0]} can only predict. Set TRAIN.ENABLE to False.`, {
      where: { file: files[0] },
    });
  }
  const state = initialModel(spec.network, spec.seed);
  for (const [key, slot] of spec.adversary?.network.slots() ?? []) {
    const name = DISCRIMINATOR + key;
    state.set(name, { data: slot.initial(slot.shape, { seed: spec.seed, name }), shape: slot.shape });
  }
  for (const { name, shape } of optimizerInputs(spec))
    state.set(name, { data: new Float32Array(sizeOf(shape)), shape });
  state.set(STEP_COUNT, { data: new Float32Array(1), shape: [] });
  return state;
}

/** Sums of gradients, at zero; what is kept between calls and never saved. */
export function initialGathered(spec: TrainingSpec): NamedTensors {
  return new Map(
    gatheredInputs(spec).map(({ name, shape }) => [name, { data: new Float32Array(sizeOf(shape)), shape }]),
  );
}

/** @throws TensorError for a training whose steps are made of one batch each, as those with an adversary are. */
export function requireAccumulation(spec: TrainingSpec): void {
  if (spec.adversary) throw new TensorError('A training with an adversary gathers no gradients.');
  if (!spec.accumulates) throw new TensorError('This training gathers no gradients: make it with `accumulates`.');
}

/** Sorts what was brought into what fits and what does not. */
export function matchState(expected: Shapes, brought: NamedTensors): { fitting: NamedTensors; report: RestoreReport } {
  const fitting: NamedTensors = new Map();
  const report: RestoreReport = { missing: [], unexpected: [], mismatched: [] };
  for (const [name, shape] of expected) {
    const tensor = brought.get(name);
    if (!tensor) report.missing.push(name);
    else if (!sameList(tensor.shape, shape)) report.mismatched.push(name);
    else fitting.set(name, tensor);
  }
  for (const name of brought.keys()) if (!expected.has(name)) report.unexpected.push(name);
  return { fitting, report };
}

/** @throws TensorError when the data do not fill the shape. */
export function checkData(what: string, { data, shape }: TensorData): void {
  if (data.length !== sizeOf(shape))
    throw new TensorError(`${what}: ${data.length} values do not fill shape ${shape.join('×')} (${sizeOf(shape)}).`);
}
