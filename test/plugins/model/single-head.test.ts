import { describe, expect, it } from 'vitest';
import { tf } from '../../../core/tensor/index.js';
import { flatten, SingleHead } from '../../../plugins/model/single-head.js';

describe('the only head of a network', () => {
  const of = (channels: number, headActivations?: string[]) =>
    new SingleHead('edsr', { heads: [{ channels, kind: 'prediction' }], headActivations });

  it('gives logits, or what it is asked for', () => {
    void tf.setBackend('cpu');
    const x = tf.tensor2d([[-1, 2]]);
    expect(of(2).finish(x)).toEqual([x]);
    const [activated] = of(2, ['relu', 'ce_sigmoid']).finish(x);
    expect([...activated.dataSync()]).toEqual([0, expect.closeTo(1 / (1 + Math.exp(-2)), 6)]);
  });

  it('is one', () => {
    const heads = [1, 2].map((channels) => ({ channels, kind: 'prediction' as const }));
    expect(() => new SingleHead('edsr', { heads })).toThrow(/edsr has one output, and the workflow asks for 2/);
  });
});

it('flattens channel by channel, as PyTorch does', () => {
  void tf.setBackend('cpu');
  // [y, x, c] with values 100·c + 10·y + x.
  const image = tf.tensor4d(
    [
      [0, 100, 1, 101],
      [10, 110, 11, 111],
    ].flat(),
    [1, 2, 2, 2],
  );
  expect([...flatten(image).dataSync()]).toEqual([0, 1, 10, 11, 100, 101, 110, 111]);
});
