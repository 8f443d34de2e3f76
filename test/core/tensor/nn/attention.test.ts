import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attend, Mlp, MultiHeadAttention, TransformerBlock, tf } from '../../../../core/tensor/index.js';
import { pattern, runEager } from '../run.js';
import { expectLayerSame, trainingFunction } from './both-ways.js';

const size = fc.integer({ min: 1, max: 5 });

describe('attention', () => {
  it('is the same compiled and eager', async () => {
    await fc.assert(
      fc.asyncProperty(size, size, size, size, (n, tokens, heads, head) =>
        expectLayerSame(new MultiHeadAttention(heads * head, heads), [n, tokens, heads * head]),
      ),
      { numRuns: 12, seed: 41 },
    );
  });

  it('gives the mean of the values where all keys are alike', () => {
    const { data } = runEager(new Map([['v', pattern([1, 1, 4, 3])]]), (feeds) => {
      const alike = tf.ones([1, 1, 4, 2]);
      const v = feeds.get('v')!;
      return new Map([['difference', tf.sub(attend(alike, alike, v), tf.mean(v, 2, true))]]);
    }).get('difference')!;
    for (const value of data) expect(value).toBeCloseTo(0, 6);
  });

  it('refuses a width that cannot be cut into heads', () => {
    expect(() => new MultiHeadAttention(10, 4)).toThrow(/width of 10.*4 equal heads/);
  });
});

describe('transformer block', () => {
  it('and its parts are the same compiled and eager', async () => {
    await expectLayerSame(new Mlp(4, 6), [2, 3, 4]);
    await expectLayerSame(new Mlp(4, 6, { activation: 'silu' }), [2, 3, 4]);
    await expectLayerSame(new TransformerBlock(6, 2, { mlpRatio: 2, epsilon: 1e-6 }), [2, 5, 6]);
  });

  it('has the names of timm', () => {
    expect([...new TransformerBlock(6, 2).slots()].map(([name]) => name)).toEqual([
      'norm1.weight',
      'norm1.bias',
      'attn.qkv.weight',
      'attn.qkv.bias',
      'attn.proj.weight',
      'attn.proj.bias',
      'norm2.weight',
      'norm2.bias',
      'mlp.fc1.weight',
      'mlp.fc1.bias',
      'mlp.fc2.weight',
      'mlp.fc2.bias',
    ]);
  });

  it('passes its input on where both branches are dropped', () => {
    const block = new TransformerBlock(4, 2, { dropPath: 0.5 });
    const inputs = new Map([['x', pattern([2, 3, 4])]]);
    for (const [name, { shape }] of block.slots()) inputs.set(name, pattern(shape));
    const dropped = trainingFunction(block, ({ shape }) => tf.zeros([...shape]));
    expect(runEager(inputs, dropped).get('output')!.data).toEqual(inputs.get('x')!.data);
  });
});
