import { describe, expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { tf } from '../../../core/tensor/index.js';
import { accuracyMetric, shareAmongBest, topFiveAccuracyMetric } from '../../../plugins/metric/accuracy.js';

const SCORES = [
  [3, 1, 0, -1, -2, -3, -4],
  [1, 2, 3, 4, 5, 6, 7],
  [0, 9, 1, 1, 1, 1, 1],
  [2, 2, 2, 2, 2, 2, 2],
];
/** Ranks from 0: first, sixth, first, and last of all the equal ones. */
const TARGETS = [0, 1, 1, 6];

const share = (best: number) => {
  const value = shareAmongBest([tf.tensor2d(SCORES)], tf.tensor(TARGETS, [4, 1, 1, 1]), best);
  return value.dataSync()[0];
};

describe('accuracy', () => {
  test('is the share of right classes in a batch', () => expect(share(1)).toBe(0.5));
  test('counts the five best', () => expect(share(5)).toBe(0.5));
  test('counts the six best', () => expect(share(6)).toBe(0.75));
  test('counts all', () => expect(share(7)).toBe(1));

  test.each([
    [accuracyMetric, [1, 0, 1, 0]],
    [topFiveAccuracyMetric, [1, 0, 1, 0]],
  ])('is 0 or 1 for one image', (metric, expected) => {
    const measure = metric.onImages!({});
    const values = SCORES.map((row, i) =>
      measure(image(Float32Array.from(row), [1, 1, 7]), image(Uint16Array.of(TARGETS[i]), [1, 1, 1])),
    );
    expect(values).toEqual(expected);
  });
});
