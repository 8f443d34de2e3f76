import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Embedding, PatchEmbedding, sinCosPositions, type Tensor, tf } from '../../../../core/tensor/index.js';
import { expectSame, pattern } from '../run.js';
import { expectLayerSame } from './both-ways.js';

const KEY = { seed: 0, name: 'pos_embed' };

describe('patch embedding', () => {
  it('is the same compiled and eager, in 2D and 3D', async () => {
    const triple = (max: number) => fc.array(fc.integer({ min: 1, max }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 3 }),
        triple(3),
        triple(3),
        fc.integer({ min: 1, max: 3 }),
        (ndim, p, g, c) => {
          const patch = p.slice(0, ndim);
          const space = patch.map((side, i) => side * g[i]);
          return expectLayerSame(new PatchEmbedding(c, 4, patch), [2, ...space, c]);
        },
      ),
      { numRuns: 12, seed: 42 },
    );
  });

  it('has the names of a convolution', () => {
    const slots = [...new PatchEmbedding(3, 8, [2, 4]).slots()].map(([name, { shape }]) => [name, shape]);
    expect(slots).toEqual([
      ['proj.weight', [8, 3, 2, 4]],
      ['proj.bias', [8]],
    ]);
  });
});

describe('embedding', () => {
  it('looks vectors up, and sends gradients to those that were', () => {
    const layer = new Embedding(4, 3);
    return expectSame(new Map([['weight', pattern([4, 3])]]), (feeds) => {
      const labels = tf.tensor([2, 0, 2], [1, 3]);
      const pass = { training: true, blend: () => {}, random: () => tf.scalar(0) };
      const look = (weight: Tensor) => layer.forward(labels, { ...pass, value: () => weight });
      const gradient = tf.grad((weight: Tensor) => tf.sum(tf.square(look(weight))))(feeds.get('weight')!);
      return new Map([
        ['rows', look(feeds.get('weight')!)],
        ['same', tf.gather(feeds.get('weight')!, tf.tensor1d([2, 0, 2], 'int32'))],
        ['gradient', gradient],
      ]);
    });
  });
});

describe('positions by sines and cosines', () => {
  it('share the width between axes, the last one first', () => {
    const values = sinCosPositions([2, 3])([1, 6, 4], KEY);
    // Token 5 lies at y 1, x 2.
    expect([...values.slice(20)]).toEqual([Math.sin(2), Math.cos(2), Math.sin(1), Math.cos(1)].map(Math.fround));
  });

  it('fall in frequency by powers of 10000', () => {
    const values = sinCosPositions([1, 2])([1, 2, 8], KEY);
    expect([...values.slice(8, 12)]).toEqual(
      [Math.sin(1), Math.sin(0.01), Math.cos(1), Math.cos(0.01)].map(Math.fround),
    );
  });

  it('leave the rows of leading tokens at zero, and tell volumes apart', () => {
    const values = sinCosPositions([2, 2, 2], 1)([1, 9, 6], KEY);
    expect([...values.slice(0, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
    const rows = new Set(Array.from({ length: 8 }, (_, i) => values.slice(6 * (i + 1), 6 * (i + 2)).join()));
    expect(rows.size).toBe(8);
  });

  it('refuse a width that cannot be shared', () => {
    expect(() => sinCosPositions([2, 2])([1, 4, 6], KEY)).toThrow(/width of 6.*2 axes/);
  });
});
