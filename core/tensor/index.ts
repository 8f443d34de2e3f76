/**
 * The tensor compiler: functions written with TensorFlow.js, run at native speed.
 *
 * ```ts
 * const runtime = await openRuntime({ device: 'auto' });
 * const program = await runtime.train({ network, loss, metrics: {}, optimizer: { name: 'ADAMW' }, seed: 0 });
 * const { loss } = await program.step(images, targets, { learningRate: 1e-3 }, { epoch: 0, step: 0 });
 * await saveSafetensors('model.safetensors', await program.state());
 * ```
 *
 * Images are channels-last, `[n, y, x, c]` or `[n, z, y, x, c]`; names of weights are those of a PyTorch `state_dict`.
 */
export type { Adversary } from './adversary.js';
export { FileNetwork } from './file-network.js';
export * from './nn/index.js';
export { OnnxNetwork } from './onnx/network.js';
export { type ModelInterface, type ModelPort, readModelInterface } from './onnx/read-model.js';
export type { Hyper, OptimizerSpec } from './optimizer.js';
export type { RandomSpec, StepKey } from './random.js';
export { openRuntime } from './runtime/open.js';
export type {
  InferenceProgram,
  Measured,
  RestoreReport,
  RuntimeChoice,
  TensorRuntime,
  TrainingProgram,
} from './runtime/types.js';
export { loadSafetensors, type Safetensors, saveSafetensors } from './safetensors.js';
export type { Measure, TrainingSpec } from './step.js';
export type { NamedTensors, TensorData } from './tensor-data.js';
export { type Rank, type Scalar, type Tensor, type Tensor4D, type Tensor5D, tf } from './tf.js';
export { TfjsNetwork, type TfjsNetworkOptions } from './tfjs-network.js';
