import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedTensors, TensorData, TensorRuntime, TrainingSpec } from '../../../../core/tensor/index.js';
import { crossEntropy } from '../../../../plugins/loss/cross-entropy.js';
import { buildUNet } from '../../../../plugins/model/unet.js';
import { pattern, relativeError } from '../run.js';
import { sharedRuntime } from '../shared-runtime.js';

/** A network that treats each image of a batch alone: no batch statistics, no dropout. */
function spec(more: Partial<TrainingSpec> = {}): TrainingSpec {
  const network = buildUNet({
    ndim: 2,
    inputChannels: 1,
    featureMaps: [4, 8],
    dropout: [0, 0],
    normalization: 'in',
    instanceNormAffine: true,
    kernelSize: 3,
    activation: 'elu',
    upsampleLayer: 'convtranspose',
    heads: [{ channels: 1, kind: 'prediction' }],
    separatedDecoders: false,
    upscalingPosition: 'pre',
  });
  const optimizer = { name: 'SGD', weightDecay: 0.02, clipNorm: 1 } as const;
  return { network, loss: crossEntropy({ classes: 2 }), metrics: {}, optimizer, seed: 3, accumulates: true, ...more };
}

interface Batch {
  input: TensorData;
  target: TensorData;
}

/** Images from `first` on, of an endless series. */
function images(first: number, count: number): Batch {
  const stack = (tensors: readonly TensorData[]): TensorData => ({
    data: Float32Array.from(tensors.flatMap(({ data }) => [...data])),
    shape: [count, 4, 4, 1],
  });
  const pictures = Array.from({ length: count }, (_, i) => pattern([4, 4], first + i));
  const masks = Array.from({ length: count }, (_, i) => pattern([4, 4], 100 + first + i));
  const target = stack(masks);
  return { input: stack(pictures), target: { ...target, data: target.data.map((value) => (value > 0 ? 1 : 0)) } };
}

async function train(runtime: TensorRuntime, groups: readonly Batch[][], more?: Partial<TrainingSpec>) {
  const program = await runtime.train(spec(more));
  let step = 0;
  for (const group of groups)
    for (const [i, { input, target }] of group.entries()) {
      const key = { epoch: 0, step: step++ };
      if (i === group.length - 1) await program.step(input, target, { learningRate: 0.05 }, key);
      else await program.gather(input, target, key);
    }
  const state = await program.state();
  await program.dispose();
  return state;
}

function expectAlike(got: NamedTensors, wanted: NamedTensors, tolerance: number): void {
  expect([...got.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [name, { data }] of wanted)
    expect(relativeError(got.get(name)!.data, data, 1), name).toBeLessThan(tolerance);
}

describe.each(['cpu', 'eager'])('gathered gradients on %s', (device) => {
  let runtime: TensorRuntime;
  beforeAll(async () => {
    runtime = await sharedRuntime(device);
  });

  it('of n batches make the step that one batch of all their images makes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 2 }), async (n, size) => {
        const steps = [0, 1];
        const apart = steps.map((step) => Array.from({ length: n }, (_, i) => images((step * n + i) * size, size)));
        const together = steps.map((step) => [images(step * n * size, n * size)]);
        const wanted = await train(runtime, together, { accumulates: false });
        expectAlike(await train(runtime, apart), wanted, 1e-5);
      }),
      { numRuns: device === 'cpu' ? 5 : 3 },
    );
  });

  it('count one step, and leave nothing for the next or for a restored state', async () => {
    const program = await runtime.train(spec());
    const { input, target } = images(0, 1);
    const before = await program.state();
    const loss = await program.gather(input, target, { epoch: 0, step: 0 });
    expect(loss).toEqual(await program.evaluate(input, target));
    expect(await program.state()).toEqual(before);
    await program.restore(before);
    await program.step(input, target, { learningRate: 0.05 }, { epoch: 0, step: 0 });
    const after = await program.state();
    expect(after.get('optimizer.step')!.data[0]).toBe(1);
    expectAlike(after, await train(runtime, [[images(0, 1)]]), 1e-7);
  });

  it('are refused where a training was not made for them', async () => {
    const program = await runtime.train(spec({ accumulates: false }));
    const { input, target } = images(0, 1);
    await expect(program.gather(input, target, { epoch: 0, step: 0 })).rejects.toThrow(/accumulates/);
  });
});
