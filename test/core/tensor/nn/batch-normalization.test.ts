import { describe, expect, it } from 'vitest';
import { BatchNormalization, Sequential, type Tensor } from '../../../../core/tensor/index.js';
import { expectSame, pattern, runEager } from '../run.js';
import { trainingFunction } from './both-ways.js';

describe('batch normalisation', () => {
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
            blend: never,
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
