import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Tensor4D, TransposedConvolution, tf } from '../../../../core/tensor/index.js';
import { pattern, relativeError, runEager } from '../run.js';
import { expectLayerSame, trainingFunction } from './both-ways.js';

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

  it('of any stride, padding, output padding, dilation and groups is the same compiled and eager', async () => {
    const triple = (min: number, max: number) => fc.array(fc.integer({ min, max }), { minLength: 3, maxLength: 3 });
    const options = fc.record({
      kernel: fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 2, maxLength: 3 }),
      stride: triple(1, 3),
      dilation: triple(1, 2),
      padding: triple(0, 1),
      extra: triple(0, 1),
      groups: fc.integer({ min: 1, max: 3 }),
      bias: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(options, ({ kernel, extra, groups, bias, ...lists }) => {
        const space = kernel.length;
        const [stride, dilation, padding] = [lists.stride, lists.dilation, lists.padding].map((l) => l.slice(0, space));
        const outputPadding = extra.slice(0, space).map((more, i) => Math.min(more, stride[i] - 1));
        const layer = new TransposedConvolution(groups * 2, groups, kernel, {
          ...{ stride, dilation, padding, outputPadding, groups, bias },
        });
        return expectLayerSame(layer, [2, 3, 4, ...(space === 3 ? [3] : []), groups * 2]);
      }),
      { numRuns: 30, seed: 32 },
    );
  });

  it('equals the kernel of TensorFlow.js where it has one', () => {
    const layer = new TransposedConvolution(3, 2, [3, 4], { stride: [2, 3], bias: false });
    const inputs = new Map([
      ['x', pattern([2, 4, 5, 3])],
      ['weight', pattern([3, 2, 3, 4], 1)],
    ]);
    const own = runEager(inputs, trainingFunction(layer)).get('output')!;
    const theirs = runEager(inputs, (feeds) => {
      const filter = tf.transpose(feeds.get('weight')!, [2, 3, 1, 0]) as Tensor4D;
      const shape = [...own.shape] as [number, number, number, number];
      return new Map([['y', tf.conv2dTranspose(feeds.get('x') as Tensor4D, filter, shape, [2, 3], 'valid')]]);
    });
    expect(own.shape).toEqual([2, 9, 16, 2]);
    expect(relativeError(own.data, theirs.get('y')!.data)).toBeLessThan(1e-6);
  });
});
