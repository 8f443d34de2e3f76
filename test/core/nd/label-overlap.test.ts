import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { labelOverlaps } from '../../../core/nd/label-overlap.js';

test('pairs are counted with the sizes of both', () => {
  const truth = image(Uint16Array.of(3, 3, 3, 0, 700, 700), [2, 3, 1]);
  const prediction = image(Uint8Array.of(1, 1, 2, 2, 2, 0), [2, 3, 1]);
  expect(labelOverlaps(truth, prediction)).toEqual({
    truth: { ids: [3, 700], counts: Float64Array.of(3, 2) },
    prediction: { ids: [1, 2], counts: Float64Array.of(2, 3) },
    pairs: [
      { truth: 0, prediction: 0, count: 2, iou: 2 / 3 },
      { truth: 0, prediction: 1, count: 1, iou: 1 / 5 },
      { truth: 1, prediction: 1, count: 1, iou: 1 / 4 },
    ],
  });
});
