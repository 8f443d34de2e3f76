import { describe, expect, it } from 'vitest';
import { image } from '../../../core/image/image.js';
import { atImageSize, atTargetSize } from '../../../core/plugin/prediction-size.js';
import { interpolate, tf } from '../../../core/tensor/index.js';
import { pattern, runEager } from '../tensor/run.js';

describe('predictions smaller than their image', () => {
  const small = pattern([2, 2, 3, 2]);

  it('are enlarged to the target, class heads by nearest neighbour', () => {
    const results = runEager(new Map([['x', small]]), (feeds) => {
      const x = feeds.get('x')!;
      const [prediction, classes] = atTargetSize([x, x], tf.zeros([2, 8, 12, 1]));
      const linear = interpolate(x, [8, 12], { mode: 'linear' });
      return new Map([
        ['prediction', prediction],
        ['wanted', linear],
        ['classes', classes],
      ]);
    });
    expect(results.get('prediction')).toEqual(results.get('wanted'));
    const { data, shape } = results.get('classes')!;
    expect(shape).toEqual([2, 8, 12, 2]);
    expect(data[0]).toBe(small.data[0]);
    expect(data[(12 - 1) * 2]).toBe(small.data[2 * 2]);
  });

  it('leave what has the size of the target, and what is no image', () => {
    runEager(new Map([['x', small]]), (feeds) => {
      const x = feeds.get('x')!;
      const scores = tf.zeros([2, 5]);
      const output = atTargetSize([x, scores], tf.zeros([2, 2, 3, 4]));
      expect(output[0]).toBe(x);
      expect(output[1]).toBe(scores);
      return new Map([['x', x]]);
    });
  });

  it('are enlarged as images in the same way as tensors', () => {
    const head = image(Float32Array.from(small.data.slice(0, 12)), [2, 3, 2]);
    const picture = image(new Float32Array(8 * 12), [8, 12, 1]);
    const [prediction, classes] = atImageSize([head, head], picture);
    const wanted = runEager(new Map([['x', { data: head.data as Float32Array, shape: [1, 2, 3, 2] }]]), (feeds) => {
      const output = atTargetSize([feeds.get('x')!, feeds.get('x')!], tf.zeros([1, 8, 12, 1]));
      return new Map(output.map((tensor, i) => [String(i), tensor]));
    });
    [prediction, classes].forEach((got, i) => {
      expect(got.shape).toEqual([8, 12, 2]);
      wanted.get(String(i))!.data.forEach((value, k) => {
        expect(got.data[k]).toBeCloseTo(value, 5);
      });
    });
  });

  it('stay as they are where they are larger, as in super-resolution', () => {
    const head = image(new Float32Array(4 * 4), [4, 4, 1]);
    expect(atImageSize([head], image(new Float32Array(4), [2, 2, 1]))).toEqual([head]);
  });
});
