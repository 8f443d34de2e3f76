import { beforeAll, describe, expect, it } from 'vitest';
import { BatchNormalization, Convolution, Sequential, type TensorRuntime, tf } from '../../../core/tensor/index.js';
import type { Scalar } from '../../../core/tensor/tf.js';
import { pattern, relativeError } from './run.js';
import { sharedRuntime } from './shared-runtime.js';

describe.each(['cpu', 'eager'])('running statistics after a step, device %s', (device) => {
  let runtime: TensorRuntime;
  beforeAll(async () => {
    runtime = await sharedRuntime(device);
  });

  it('are moved by each normalisation, and twice by one that is used twice', async () => {
    const shared = new BatchNormalization(2);
    const network = new Sequential([
      new BatchNormalization(2, { momentum: 0.25 }),
      shared,
      new Convolution(2, 2, { kernel: [1, 1] }),
      shared,
    ]);
    const program = await runtime.train({
      network,
      loss: ([output]) => tf.mean(tf.square(output)) as Scalar,
      metrics: {},
      optimizer: { name: 'SGD' },
      seed: 0,
    });
    const input = pattern([2, 3, 4, 2]);
    await program.step(input, input, { learningRate: 0 }, { epoch: 0, step: 0 });
    const state = await program.state();
    const read = (key: string) => [...state.get(`model.${key}`)!.data];
    expect([read('0.num_batches_tracked'), read('1.num_batches_tracked')]).toEqual([[1], [2]]);
    const count = input.data.length / 2;
    const of = (channel: number) => [...input.data].filter((_, i) => i % 2 === channel);
    const means = [0, 1].map((channel) => of(channel).reduce((a, b) => a + b, 0) / count);
    const unbiased = means.map((mean, c) => of(c).reduce((sum, v) => sum + (v - mean) ** 2, 0) / (count - 1));
    expect(
      relativeError(
        read('0.running_mean'),
        means.map((mean) => 0.25 * mean),
      ),
    ).toBeLessThan(1e-6);
    expect(
      relativeError(
        read('0.running_var'),
        unbiased.map((v) => 0.75 + 0.25 * v),
      ),
    ).toBeLessThan(1e-6);
    // What enters the second one has mean 0 and variance 1 already.
    const scale = count / (count - 1);
    const [first] = read('1.running_var');
    expect(first).not.toBeCloseTo(0.9 + 0.1 * scale, 3);
    await program.dispose();
  });
});
