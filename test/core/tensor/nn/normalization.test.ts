import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BatchNormalization,
  GroupNormalization,
  InstanceNormalization,
  LayerNormalization,
  Sequential,
  type Tensor,
  tf,
} from '../../../../core/tensor/index.js';
import { expectSame, pattern, relativeError, runEager } from '../run.js';
import { expectLayerSame, trainingFunction } from './both-ways.js';

const side = fc.integer({ min: 2, max: 7 });

describe('normalisation layers are the same compiled and eager', () => {
  it.each<[string, (channels: number) => ConstructorParameters<typeof Sequential>[0][number]]>([
    ['batch', (c) => new BatchNormalization(c)],
    ['instance', (c) => new InstanceNormalization(c)],
    ['instance, affine', (c) => new InstanceNormalization(c, { affine: true })],
    ['group', (c) => new GroupNormalization(2, c)],
    ['layer', (c) => new LayerNormalization(c)],
  ])('%s', async (_name, make) => {
    await fc.assert(
      fc.asyncProperty(side, side, fc.constantFrom(2, 4, 6), fc.boolean(), (y, x, c, deep) =>
        expectLayerSame(make(c), deep ? [2, 3, y, x, c] : [2, y, x, c]),
      ),
      { numRuns: 6, seed: 3 },
    );
  });

  it('twice in a row through one layer, both updates counted', async () => {
    const norm = new BatchNormalization(3);
    const twice = new Sequential([norm, norm]);
    const inputs = new Map([['x', pattern([2, 4, 4, 3])]]);
    for (const [name, slot] of twice.slots())
      inputs.set(name, { data: new Float32Array(slot.shape[0] ?? 1).fill(1), shape: [...slot.shape] });
    const results = runEager(inputs, trainingFunction(twice));
    expect([...results.keys()].filter((name) => name.includes('num_batches'))).toHaveLength(1);
    expect(results.get('next 0.num_batches_tracked')!.data[0]).toBe(3);
  });
});

describe('gradients of their own equal those of the tape', () => {
  const composed = (x: Tensor, axes: number[]) => {
    const { mean, variance } = tf.moments(x, axes, true);
    return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  };
  const gradientOf = (compute: (x: Tensor) => Tensor, shape: number[]) =>
    runEager(new Map([['x', pattern(shape)]]), (feeds) => {
      const weights = pattern(shape, 5);
      const loss = (x: Tensor) => tf.sum(tf.mul(compute(x), tf.tensor(weights.data, shape)));
      return new Map([['gradient', tf.grad(loss)(feeds.get('x')!)]]);
    }).get('gradient')!.data;

  it.each([
    ['instance', [1, 2], new InstanceNormalization(3)],
    ['layer', [3], new LayerNormalization(3)],
    ['batch', [0, 1, 2], new BatchNormalization(3)],
  ] as const)('%s', (_name, axes, layer) => {
    const shape = [2, 4, 5, 3];
    const start = new Map(
      [...layer.slots()].map(([name, slot]) => [slot, slot.initial(slot.shape, { seed: 0, name })]),
    );
    const own = gradientOf(
      (x) =>
        layer.forward(x, {
          training: true,
          value: (slot) => tf.tensor(start.get(slot)!, [...slot.shape]),
          update: () => {},
          random: () => tf.scalar(0),
        }),
      shape,
    );
    expect(
      relativeError(
        own,
        gradientOf((x) => composed(x, [...axes]), shape),
      ),
    ).toBeLessThan(1e-5);
  });
});

describe('batch normalisation', () => {
  it('at evaluation uses the running statistics', async () => {
    const layer = new BatchNormalization(2);
    const names = [...layer.slots()].map(([name]) => name);
    expect(names).toEqual(['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']);
    const inputs = new Map([['x', pattern([1, 3, 3, 2])]]);
    const values = {
      weight: [2, 3],
      bias: [1, 0],
      running_mean: [0.5, -0.5],
      running_var: [4, 0.25],
      num_batches_tracked: [7],
    };
    for (const [name, slot] of layer.slots())
      inputs.set(name, { data: Float32Array.from(values[name as keyof typeof values]), shape: [...slot.shape] });
    const evaluate = (feeds: Map<string, Tensor>) => {
      const byName = new Map([...layer.slots()].map(([name, slot]) => [slot, feeds.get(name)!]));
      const never = () => {
        throw new Error('nothing may change at evaluation');
      };
      return new Map([
        [
          'y',
          layer.forward(feeds.get('x')!, {
            training: false,
            value: (slot) => byName.get(slot)!,
            update: never,
            random: never,
          }),
        ],
      ]);
    };
    await expectSame(inputs, evaluate);
    const [first] = runEager(inputs, evaluate).get('y')!.data;
    expect(first).toBeCloseTo(((inputs.get('x')!.data[0] - 0.5) / Math.sqrt(4 + 1e-5)) * 2 + 1, 5);
  });

  it('stays exact where the mean is large beside the deviation', async () => {
    const layer = new BatchNormalization(1);
    const { data, shape } = pattern([2, 8, 8, 1]);
    const inputs = new Map([['x', { data: data.map((value) => 1000 + value), shape }]]);
    for (const [name, slot] of layer.slots())
      inputs.set(name, { data: Float32Array.of(name === 'bias' ? 0 : 1), shape: [...slot.shape] });
    await expectSame(inputs, (feeds) => new Map([['y', trainingFunction(layer)(feeds).get('output')!]]), 1e-3);
  });
});
