import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../../core/tensor/compile.js';
import {
  Convolution,
  convolution,
  type Slot,
  type Tensor,
  type Tensor4D,
  type TensorData,
  tf,
} from '../../../../core/tensor/index.js';
import { trace } from '../../../../core/tensor/trace.js';
import { expectSame, pattern, relativeError, runEager } from '../run.js';
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

const geometry = fc.record({
  kernel: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 3 }),
  strides: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
  dilations: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
  padding: fc.option(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 3 })),
  groups: fc.integer({ min: 1, max: 3 }),
  inputs: fc.integer({ min: 1, max: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
  sides: fc.array(fc.integer({ min: 7, max: 10 }), { minLength: 3, maxLength: 3 }),
});

describe('convolution with groups and dilation', () => {
  it('is the same compiled and eager, with any stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(geometry, fc.boolean(), ({ kernel, padding, groups, inputs, outputs, ...lists }, bias) => {
        const space = kernel.length;
        const layer = new Convolution(groups * inputs, groups * outputs, {
          kernel,
          stride: lists.strides.slice(0, space),
          dilation: lists.dilations.slice(0, space),
          padding: padding?.slice(0, space) ?? 'same',
          groups,
          bias,
        });
        return expectLayerSame(layer, [2, ...lists.sides.slice(0, space), groups * inputs]);
      }),
      { numRuns: 40, seed: 31 },
    );
  });

  it('equals the kernels of TensorFlow.js where it has them', () => {
    const x = pattern([2, 7, 8, 4]);
    const weight = pattern([4, 1, 3, 3], 1);
    const depthwise = new Convolution(4, 4, { kernel: [3, 3], groups: 4, bias: false });
    const dilated = new Convolution(4, 4, { kernel: [3, 3], dilation: [2, 3], bias: false });
    const dense = pattern([4, 4, 3, 3], 2);
    const own = (layer: Convolution, values: TensorData) =>
      runEager(
        new Map([
          ['x', x],
          ['weight', values],
        ]),
        trainingFunction(layer),
      ).get('output')!.data;
    const theirs = runEager(new Map(), () => {
      const image = tf.tensor(x.data, [2, 7, 8, 4]) as Tensor4D;
      const filter = (values: TensorData) => tf.tensor(values.data, [...values.shape]);
      return new Map<string, Tensor>([
        ['depthwise', tf.depthwiseConv2d(image, tf.transpose(filter(weight), [2, 3, 0, 1]) as Tensor4D, 1, 'same')],
        ['dilated', tf.conv2d(image, tf.transpose(filter(dense), [2, 3, 1, 0]) as Tensor4D, 1, 'same', 'NHWC', [2, 3])],
      ]);
    });
    expect(relativeError(own(depthwise, weight), theirs.get('depthwise')!.data)).toBeLessThan(1e-6);
    expect(relativeError(own(dilated, dense), theirs.get('dilated')!.data)).toBeLessThan(1e-6);
  });

  it('compiles to one node forward', () => {
    const layer = new Convolution(6, 6, { kernel: [3, 3], groups: 6 });
    const inputs = [
      { name: 'x', shape: [1, 8, 8, 6] },
      ...[...layer.slots()].map(([name, { shape }]) => ({ name, shape })),
    ];
    const recorded = trace('f', inputs, (feeds) => {
      const [weight, bias] = [feeds.get('weight')!, feeds.get('bias')!];
      const value = (slot: Slot) => (slot === layer.weight ? weight : bias);
      const never = () => tf.scalar(0);
      return new Map([['y', layer.forward(feeds.get('x')!, { training: false, value, blend: never, random: never })]]);
    });
    // Beside it the transpositions of the image, in and out.
    expect(compile(recorded).nodeCount).toBe(3);
  });

  it('takes weights that are computed, and sends them gradients', () => {
    const inputs = new Map([
      ['x', pattern([1, 5, 6, 2])],
      ['direction', pattern([3, 2, 3, 3], 1)],
      ['length', pattern([3, 1, 1, 1], 2)],
    ]);
    return expectSame(inputs, (feeds) => {
      const normalised = (direction: Tensor, length: Tensor) =>
        tf.mul(direction, tf.div(length, tf.sqrt(tf.sum(tf.square(direction), [1, 2, 3], true))));
      const loss = (direction: Tensor, length: Tensor) =>
        tf.sum(tf.square(convolution(feeds.get('x')!, normalised(direction, length), { kernel: [3, 3] })));
      const [d, l] = tf.grads(loss)([feeds.get('direction')!, feeds.get('length')!]);
      return new Map([
        ['slope of direction', d],
        ['slope of length', l],
      ]);
    });
  });

  it('refuses channels that do not divide', () => {
    expect(() => new Convolution(6, 4, { kernel: [1, 1], groups: 3 })).toThrow(/4 channels.*3 equal groups/);
  });
});
