import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AveragePooling, GlobalPooling, MaxPooling, type Module, type Tensor } from '../../../../core/tensor/index.js';
import { runEager } from '../run.js';
import { expectLayerSame, trainingFunction } from './both-ways.js';

const KINDS = { maximum: MaxPooling, average: AveragePooling };

describe.each(['maximum', 'average'] as const)('%s pooling', (kind) => {
  it.each([
    [
      [2, 2],
      [2, 6, 8, 3],
    ],
    [
      [2, 2],
      [1, 5, 7, 2],
    ],
    [
      [1, 3],
      [1, 4, 9, 1],
    ],
    [
      [2, 2, 2],
      [1, 4, 6, 4, 3],
    ],
    [
      [1, 2, 2],
      [2, 3, 4, 6, 2],
    ],
  ])('by %j of %j is the same compiled and eager', (factors, shape) =>
    expectLayerSame(new KINDS[kind](factors), shape),
  );

  it('with any stride and padding is the same compiled and eager', async () => {
    const triple = (min: number, max: number) => fc.array(fc.integer({ min, max }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 3 }),
        triple(2, 3),
        triple(1, 3),
        triple(0, 1),
        triple(4, 8),
        (space, window, stride, padding, sides) => {
          const options = { stride: stride.slice(0, space), padding: padding.slice(0, space) };
          const layer = new KINDS[kind](window.slice(0, space), options);
          return expectLayerSame(layer, [2, ...sides.slice(0, space), 2]);
        },
      ),
      { numRuns: 15, seed: 34 },
    );
  });
});

describe('pooling at the border', () => {
  const pooled = (layer: Module<Tensor>, values: number[]) => [
    ...runEager(
      new Map([['x', { data: Float32Array.from(values), shape: [1, 2, 2, 1] }]]),
      trainingFunction(layer),
    ).get('output')!.data,
  ];
  const options = { stride: [2, 2], padding: [1, 1] };

  it('counts the zeros of the padding in an average, as PyTorch does', () => {
    expect(pooled(new AveragePooling([2, 2], options), [4, 8, 12, 16])).toEqual([1, 2, 3, 4]);
  });

  it('never takes the padding for a maximum', () => {
    expect(pooled(new MaxPooling([2, 2], options), [-4, -8, -12, -16])).toEqual([-4, -8, -12, -16]);
  });
});

describe('global pooling', () => {
  it.each(['mean', 'max'] as const)('%s is the same compiled and eager', async (kind) => {
    await expectLayerSame(new GlobalPooling(kind), [2, 5, 4, 3]);
    await expectLayerSame(new GlobalPooling(kind), [2, 3, 2, 4, 3]);
  });
});
