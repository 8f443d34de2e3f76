import { describe, expect, it } from 'vitest';
import {
  cubicWeights,
  interpolate,
  interpolateLinear,
  linearWeights,
  nearestWeights,
  tf,
  Upsampling,
} from '../../../../core/tensor/index.js';
import { expectSame, pattern, relativeError, runEager } from '../run.js';
import { expectLayerSame } from './both-ways.js';

describe('linear interpolation', () => {
  it('has the weights of half-pixel centres', () => {
    expect([...linearWeights(2, 4, false)]).toEqual([1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1]);
  });

  it('has the weights of aligned corners', () => {
    expect([...linearWeights(2, 3, true)]).toEqual([1, 0, 0.5, 0.5, 0, 1]);
  });

  it.each([false, true])('equals TensorFlow.js in 2D, corners aligned: %s', (align) => {
    const results = runEager(new Map([['x', pattern([2, 4, 5, 3])]]), (feeds) => {
      const x = feeds.get('x') as ReturnType<typeof tf.tensor4d>;
      return new Map([
        ['ours', interpolateLinear(x, [9, 10], align)],
        ['theirs', tf.image.resizeBilinear(x, [9, 10], align, !align)],
      ]);
    });
    expect(relativeError(results.get('ours')!.data, results.get('theirs')!.data)).toBeLessThan(1e-6);
  });

  it.each([
    [
      [2, 2],
      [2, 3, 4, 3],
    ],
    [
      [2, 2, 2],
      [1, 2, 3, 4, 2],
    ],
    [
      [1, 2, 3],
      [2, 2, 3, 2, 1],
    ],
  ])('by %j of %j is the same compiled and eager', (factors, shape) => expectLayerSame(new Upsampling(factors), shape));

  it('leaves a constant image constant', async () => {
    const inputs = new Map([['x', { data: new Float32Array(24).fill(0.25), shape: [1, 2, 3, 4, 1] }]]);
    const enlarge = (feeds: Map<string, ReturnType<typeof tf.tensor>>) =>
      new Map([['y', interpolateLinear(feeds.get('x')!, [4, 6, 8])]]);
    await expectSame(inputs, enlarge);
    for (const value of runEager(inputs, enlarge).get('y')!.data) expect(value).toBeCloseTo(0.25, 6);
  });
});

describe('nearest and cubic interpolation', () => {
  it.each(['nearest', 'cubic'] as const)('%s is the same compiled and eager, by any size', async (mode) => {
    await expectLayerSame(new Upsampling([2, 3], { mode }), [2, 3, 4, 3]);
    await expectLayerSame(new Upsampling([2, 1, 2], { mode }), [1, 2, 3, 2, 2]);
    await expectSame(new Map([['x', pattern([1, 5, 4, 2])]]), (feeds) => {
      const resize = (x: ReturnType<typeof tf.tensor>) => interpolate(x, [3, 6], { mode });
      const x = feeds.get('x')!;
      return new Map([
        ['y', resize(x)],
        ['dx', tf.grad((v: typeof x) => tf.sum(tf.square(resize(v))))(x)],
      ]);
    });
  });

  it('takes the pixel at the same share of the way', () => {
    expect([...nearestWeights(3, 2)]).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it.each([true, false])('has cubic weights that sum to one, corners aligned: %s', (align) => {
    const weights = cubicWeights(4, 7, align);
    for (let i = 0; i < 7; i++) {
      const row = weights.slice(i * 4, i * 4 + 4);
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    }
  });
});
