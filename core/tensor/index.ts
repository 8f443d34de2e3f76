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
export * from './nn/index.js';
export { type Rank, type Scalar, type Tensor, tf } from './tf.js';
