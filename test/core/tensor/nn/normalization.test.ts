import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BatchNormalization,
  GroupNormalization,
  InstanceNormalization,
  LayerNormalization,
  type Sequential,
  type Tensor,
  tf,
} from '../../../../core/tensor/index.js';
import { pattern, relativeError, runEager } from '../run.js';
import { expectLayerSame } from './both-ways.js';

const side = fc.integer({ min: 2, max: 7 });

describe('normalisation layers are the same compiled and eager', () => {
  it.each<[string, (channels: number) => ConstructorParameters<typeof Sequential>[0][number]]>([
    ['batch', (c) => new BatchNormalization(c)],
    ['instance', (c) => new InstanceNormalization(c)],
    ['instance, affine', (c) => new InstanceNormalization(c, { affine: true })],
    ['group', (c) => new GroupNormalization(2, c)],
    ['layer', (c) => new LayerNormalization(c, 1e-6)],
  ])('%s', async (_name, make) => {
    await fc.assert(
      fc.asyncProperty(side, side, fc.constantFrom(2, 4, 6), fc.boolean(), (y, x, c, deep) =>
        expectLayerSame(make(c), deep ? [2, 3, y, x, c] : [2, y, x, c]),
      ),
      { numRuns: 6, seed: 3 },
    );
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
    ['instance, affine', [1, 2], new InstanceNormalization(3, { affine: true })],
    ['one group', [1, 2, 3], new GroupNormalization(1, 3)],
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
          blend: () => {},
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
