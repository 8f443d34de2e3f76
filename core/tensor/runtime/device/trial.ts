/** A small program that a device has to run, rightly, before anything is entrusted to it. */
import { TensorError } from '../../../errors.js';
import { Convolution } from '../../nn/convolution.js';
import { Module, type Pass } from '../../nn/module.js';
import type { TrainingSpec } from '../../step.js';
import type { TensorData } from '../../tensor-data.js';
import { type Scalar, type Tensor, type Tensor4D, tf } from '../../tf.js';
import { openEagerRuntime } from '../eager.js';
import type { TensorRuntime } from '../types.js';

/** Convolution, activation, pooling: what networks are made of. */
class TrialNetwork extends Module<Tensor> {
  readonly first: Convolution;
  readonly second: Convolution;

  constructor(inputs: number, channels: number) {
    super();
    this.first = this.child('first', new Convolution(inputs, channels, { kernel: [3, 3] }));
    this.second = this.child('second', new Convolution(channels, channels, { kernel: [3, 3] }));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const pooled = tf.maxPool(tf.relu(this.first.forward(x, pass)) as Tensor4D, 2, 2, 'valid');
    return this.second.forward(pooled, pass);
  }
}

interface Size {
  batch: number;
  side: number;
  channels: number;
}

const TINY: Size = { batch: 2, side: 8, channels: 2 };
/** Three gigaflops a step: enough that a graphics processor shows what it is for. */
const LARGE: Size = { batch: 4, side: 128, channels: 32 };

/** Graphics processors multiply with fewer digits (TF32); a device that is wrong is wrong by more. */
const TOLERANCE = 0.01;

function trainingSpec({ channels }: Size): TrainingSpec {
  return {
    network: new TrialNetwork(channels, channels),
    loss: ([output], target) => tf.mean(tf.squaredDifference(output, target)) as Scalar,
    metrics: {},
    optimizer: { name: 'SGD' },
    seed: 0,
  };
}

function images({ batch, channels }: Size, side: number, phase: number): TensorData {
  const data = Float32Array.from({ length: batch * side * side * channels }, (_, i) => Math.sin(i * 0.7 + phase));
  return { data, shape: [batch, side, side, channels] };
}

async function train(runtime: TensorRuntime, size: Size): Promise<() => Promise<TensorData>> {
  const program = await runtime.train(trainingSpec(size));
  const [input, target] = [images(size, size.side, 0), images(size, size.side / 2, 1)];
  let step = 0;
  return async () => {
    await program.step(input, target, { learningRate: 0.1 }, { epoch: 0, step: step++ });
    return (await program.predict(input))[0];
  };
}

/**
 * Lets a runtime take a training step and predict, or only predict, and compares with plain JavaScript.
 *
 * @throws TensorError when the numbers are wrong; what the runtime throws.
 */
export async function tryOut(runtime: TensorRuntime, trains = true): Promise<void> {
  const run = async (on: TensorRuntime) => {
    if (trains) return (await train(on, TINY))();
    return (await (await on.infer(trainingSpec(TINY).network)).predict(images(TINY, TINY.side, 0)))[0];
  };
  const [got, wanted] = [await run(runtime), await run(openEagerRuntime())];
  const largest = wanted.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const wrong = wanted.data.some((value, i) => !(Math.abs(got.data[i] - value) <= TOLERANCE * largest));
  if (wrong) throw new TensorError('a small training step gives wrong numbers');
}

/** Seconds that a step of a small network takes, once compiled. */
export async function timeStep(runtime: TensorRuntime): Promise<number> {
  const step = await train(runtime, LARGE);
  await step();
  const started = performance.now();
  await step();
  return (performance.now() - started) / 1000;
}
