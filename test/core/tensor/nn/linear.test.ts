import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Convolution, Linear, Sequential } from '../../../../core/tensor/index.js';
import { runEager } from '../run.js';
import { expectLayerSame, trainingFunction } from './both-ways.js';

const size = fc.integer({ min: 1, max: 6 });

describe('dense layer', () => {
  it('is the same compiled and eager, over the last axis of any tensor', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 3 }), size, size, fc.boolean(), (batch, i, o, bias) =>
        expectLayerSame(new Linear(i, o, { bias }), [...batch, i]),
      ),
      { numRuns: 20, seed: 33 },
    );
  });

  it('takes images that a convolution stored channels-first', () =>
    expectLayerSame(new Sequential([new Convolution(2, 3, { kernel: [3, 3] }), new Linear(3, 4)]), [2, 4, 5, 2]));

  it('has the weights of PyTorch, one row per output', () => {
    const inputs = new Map([
      ['x', { data: Float32Array.of(1, 2), shape: [1, 2] }],
      ['weight', { data: Float32Array.of(1, 10, 100, 1000, 0, -1), shape: [3, 2] }],
      ['bias', { data: Float32Array.of(0.5, 0, 0), shape: [3] }],
    ]);
    const { data, shape } = runEager(inputs, trainingFunction(new Linear(2, 3))).get('output')!;
    expect([...data]).toEqual([21.5, 2100, -2]);
    expect(shape).toEqual([1, 3]);
  });
});
