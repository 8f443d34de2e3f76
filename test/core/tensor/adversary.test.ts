import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Adversarial } from '../../../core/tensor/adversary.js';
import {
  Activation,
  BatchNormalization,
  Convolution,
  type NamedTensors,
  type Scalar,
  Sequential,
  type TensorRuntime,
  type TrainingSpec,
  tf,
} from '../../../core/tensor/index.js';
import { relativeError } from './run.js';
import { sharedRuntime } from './shared-runtime.js';

interface Recorded {
  losses: number[];
  discriminator: number[];
  start: Record<string, { shape: number[]; data: number[] }>;
  end: Recorded['start'];
}
const recorded = JSON.parse(
  readFileSync(new URL('../../fixtures/adversary/adversary.json', import.meta.url), 'utf8'),
) as Record<Adversarial, Recorded>;

/** The networks of the fixture. */
function spec(loss: Adversarial): TrainingSpec {
  return {
    network: new Sequential([
      new Convolution(1, 3, { kernel: [3, 3] }),
      new Activation('elu'),
      new Convolution(3, 1, { kernel: [1, 1] }),
    ]),
    loss: ([output], target) => tf.mean(tf.abs(tf.sub(output, target))) as Scalar,
    metrics: {},
    optimizer: { name: 'ADAM' },
    seed: 0,
    adversary: {
      network: new Sequential([
        new Convolution(1, 4, { kernel: [3, 3], stride: [2, 2], padding: [1, 1] }),
        new BatchNormalization(4),
        new Activation('leaky_relu'),
        new Convolution(4, 1, { kernel: [1, 1] }),
      ]),
      loss,
      weight: 0.5,
      optimizer: { name: 'SGD' },
      image: ([output]) => output,
    },
  };
}

function values(seed: number) {
  return { data: Float32Array.from({ length: 128 }, (_, i) => Math.sin(i * 12.9898 + seed)), shape: [2, 8, 8, 1] };
}

const tensors = (weights: Recorded['start']): NamedTensors =>
  new Map(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]));

describe.each(['cpu', 'eager'])('a network and its adversary, device %s', (device) => {
  let runtime: TensorRuntime;
  beforeAll(async () => {
    runtime = await sharedRuntime(device);
  });

  const step = (program: Awaited<ReturnType<TensorRuntime['train']>>, number: number) =>
    program.step(
      values(3),
      values(5),
      { learningRate: 0.01, discriminator: { learningRate: 0.05 } },
      { epoch: 0, step: number },
    );

  it.each(['BCE', 'HINGE'] as const)('follow the reference for five steps, %s', async (loss) => {
    const { start, end, losses, discriminator } = recorded[loss];
    const program = await runtime.train(spec(loss));
    await program.restore(tensors(start));
    for (const [i, wanted] of losses.entries()) {
      const measured = await step(program, i);
      expect(relativeError([measured.loss], [wanted])).toBeLessThan(1e-5);
      expect(relativeError([measured.metrics.loss_discriminator], [discriminator[i]])).toBeLessThan(1e-5);
    }
    const state = await program.state();
    for (const [name, { data }] of tensors(end)) {
      // In front of a normalisation a bias has no gradient but rounding.
      if (name !== 'discriminator.0.bias') expect(relativeError(state.get(name)!.data, data), name).toBeLessThan(1e-4);
    }
    expect(state.get('discriminator.1.num_batches_tracked')!.data[0]).toBe(10);
    const { loss: told, metrics } = await program.evaluate(values(3), values(5));
    expect([Number.isFinite(told), Number.isFinite(metrics.loss_discriminator)]).toEqual([true, true]);
    await program.dispose();
  });

  it('go on from a saved state as if they had never stopped', async () => {
    const whole = await runtime.train(spec('BCE'));
    await step(whole, 0);
    const saved = await whole.state();
    const wanted = await step(whole, 1);
    const resumed = await runtime.train(spec('BCE'));
    const { missing, mismatched } = await resumed.restore(saved);
    expect([missing, mismatched]).toEqual([[], []]);
    expect(await step(resumed, 1)).toEqual(wanted);
    expect(await resumed.state()).toEqual(await whole.state());
    await whole.dispose();
    await resumed.dispose();
  });

  it('gather no gradients', async () => {
    const program = await runtime.train({ ...spec('BCE'), accumulates: true });
    await expect(program.gather(values(3), values(5), { epoch: 0, step: 0 })).rejects.toThrow(/gathers no gradients/);
    await program.dispose();
  });
});
