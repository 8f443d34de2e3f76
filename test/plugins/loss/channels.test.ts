import { describe, expect, test } from 'vitest';
import { tf } from '../../../core/tensor/index.js';
import { type ChannelTerm, channelsLoss } from '../../../plugins/loss/channels.js';

const term = (parts: Partial<ChannelTerm>): ChannelTerm => ({
  loss: 'bce',
  output: 0,
  first: 0,
  count: 1,
  target: 0,
  weight: 1,
  activation: 'linear',
  rebalance: false,
  within: null,
  everywhere: false,
  extra: null,
  ...parts,
});

/** Loss of terms over outputs and a target given pixel by pixel, `[pixels][channels]`. */
function loss(terms: Partial<ChannelTerm>[], outputs: number[][][], target: number[][]): number {
  const tensor = (values: number[][]) => tf.tensor(values.flat(), [1, 1, values.length, values[0].length]);
  return channelsLoss
    .build({ terms: terms.map(term) })(outputs.map(tensor), tensor(target))
    .dataSync()[0];
}

const entropy = (x: number, t: number) => Math.log(1 + Math.exp(t === 1 ? -x : x));

describe('each channel has a loss of its own', () => {
  test('binary cross-entropy, weighted', () => {
    const prediction = [
      [2, -1],
      [0.5, 3],
    ];
    const target = [
      [1, 0],
      [0, 1],
    ];
    const first = (entropy(2, 1) + entropy(0.5, 0)) / 2;
    const second = (entropy(-1, 0) + entropy(3, 1)) / 2;
    const terms = [{ weight: 0.5 }, { first: 1, target: 1, weight: 2 }];
    expect(loss(terms, [prediction], target)).toBeCloseTo(0.5 * first + 2 * second, 5);
  });

  test('the rarer side weighs more, and border weights are added', () => {
    const prediction = [[1], [1], [1], [1]];
    const target = [
      [1, 0],
      [0, 0],
      [0, 4],
      [0, 0],
    ];
    // One of four: the foreground weighs 3.
    const balanced = (3 * entropy(1, 1) + 3 * entropy(1, 0)) / 4;
    expect(loss([{ rebalance: true }], [prediction], target)).toBeCloseTo(balanced, 5);
    const bordered = balanced + (4 * entropy(1, 0)) / 4;
    expect(loss([{ rebalance: true, extra: 1 }], [prediction], target)).toBeCloseTo(bordered, 5);
  });

  test('distances count within a mask, outside a background, where they are not 0, or everywhere', () => {
    const prediction = [[0.5], [0.5], [0.5]];
    const target = [
      [1, 1],
      [0, 1],
      [0, 0],
    ];
    const mask = (more: object) => loss([{ loss: 'l1', ...more }], [prediction], target);
    expect(mask({})).toBeCloseTo(0.5, 6);
    expect(loss([{ loss: 'mse', within: { channel: 1, background: false } }], [[[0.5], [1], [9]]], target)).toBeCloseTo(
      (0.25 + 1) / 2,
      6,
    );
    const outside = { within: { channel: 1, background: true } };
    expect(loss([{ loss: 'l1', ...outside }], [[[9], [9], [2]]], target)).toBeCloseTo(2, 6);
    expect(loss([{ loss: 'l1', everywhere: true }], [[[1], [0], [3]]], target)).toBeCloseTo(1, 6);
    expect(loss([{ loss: 'l1', activation: 'tanh' }], [[[0], [9], [9]]], target)).toBeCloseTo(1, 6);
  });

  test('flows are compared with five times the target', () => {
    expect(loss([{ loss: 'flow', count: 2 }], [[[5, -5]]], [[1, -1]])).toBeCloseTo(0, 6);
    expect(loss([{ loss: 'flow', count: 2 }], [[[4, -5]]], [[1, -1]])).toBeCloseTo(0.5, 6);
  });

  test('classes count where there are objects', () => {
    const terms = [{ loss: 'classes' as const, output: 1, count: 3, target: 1 }];
    const heads = [
      [0, 2, 0],
      [9, 0, 0],
    ];
    const target = [
      [1, 1],
      [0, 0],
    ];
    expect(loss(terms, [[[0], [0]], heads], target)).toBeCloseTo(Math.log(Math.exp(2) + 2) - 2, 5);
  });

  test('a batch without any object has a loss, not NaN', () => {
    const nothing = [
      [0, 0],
      [0, 0],
    ];
    const terms = [{ loss: 'classes' as const, output: 1, count: 3, target: 1 }, { loss: 'l1' as const }];
    expect(
      loss(
        terms,
        [
          [[1], [2]],
          [
            [0, 1, 2],
            [2, 1, 0],
          ],
        ],
        nothing,
      ),
    ).toBe(0);
  });
});
