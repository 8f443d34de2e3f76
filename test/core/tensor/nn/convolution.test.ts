import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Convolution, TransposedConvolution } from '../../../../core/tensor/index.js';
import { runEager } from '../run.js';
import { expectLayerSame, trainingFunction } from './both-ways.js';

const side = fc.integer({ min: 4, max: 9 });
const channels = fc.integer({ min: 1, max: 5 });

describe('convolution', () => {
  it('is the same compiled and eager, in 2D', async () => {
    const kernel = fc.constantFrom([1, 1], [3, 3], [1, 3], [3, 1], [5, 3], [2, 2]);
    await fc.assert(
      fc.asyncProperty(
        side,
        side,
        channels,
        channels,
        kernel,
        fc.constantFrom(1, 2),
        fc.boolean(),
        (y, x, i, o, k, s, bias) =>
          expectLayerSame(new Convolution(i, o, { kernel: k, stride: [s, s], bias }), [2, y, x, i]),
      ),
      { numRuns: 25, seed: 1 },
    );
  });

  it('is the same compiled and eager, in 3D', async () => {
    const kernel = fc.constantFrom([1, 1, 1], [3, 3, 3], [1, 3, 3], [3, 1, 1], [2, 2, 2]);
    await fc.assert(
      fc.asyncProperty(side, side, channels, channels, kernel, (z, x, i, o, k) =>
        expectLayerSame(new Convolution(i, o, { kernel: k }), [1, z, 4, x, i]),
      ),
      { numRuns: 12, seed: 2 },
    );
  });

  it('pads a strided convolution as PyTorch does, evenly on both sides', () => {
    const layer = new Convolution(1, 1, { kernel: [3, 3], stride: [2, 2], bias: false });
    const inputs = new Map([
      ['x', { data: Float32Array.from({ length: 16 }, (_, i) => i), shape: [1, 4, 4, 1] }],
      ['weight', { data: Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0), shape: [1, 1, 3, 3] }],
    ]);
    // The top left of a window that starts one pixel outside.
    expect([...runEager(inputs, trainingFunction(layer)).get('output')!.data]).toEqual([0, 0, 0, 5]);
  });
});

describe('transposed convolution', () => {
  it.each([
    [
      [2, 2],
      [2, 5, 4, 3],
    ],
    [
      [4, 2],
      [1, 3, 3, 2],
    ],
    [
      [2, 2, 2],
      [1, 3, 4, 5, 2],
    ],
    [
      [1, 2, 2],
      [2, 3, 4, 3, 3],
    ],
    [
      [3, 1, 2],
      [1, 2, 3, 2, 1],
    ],
  ])('by %j of an image %j is the same compiled and eager', (factors, shape) =>
    expectLayerSame(new TransposedConvolution(shape[shape.length - 1], 3, factors), shape),
  );
});
