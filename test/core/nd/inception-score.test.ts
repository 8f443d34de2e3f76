import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inceptionScore } from '../../../core/nd/inception-score.js';

const { score } = JSON.parse(readFileSync(new URL('../../fixtures/perceptual/golden.json', import.meta.url), 'utf8'));

test('equals PyTorch, in one part and in ten', () => {
  expect(inceptionScore(score.logits, 1)).toBeCloseTo(score.one, 10);
  expect(inceptionScore(score.logits, 10)).toBeCloseTo(score.ten, 10);
});

test('is 1 where all images are alike, and the number of classes where each is sure of another', () => {
  expect(
    inceptionScore(
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
      1,
    ),
  ).toBeCloseTo(1, 12);
  const sure = [0, 1, 2].map((own) => [0, 1, 2].map((c) => (c === own ? 0 : -2000)));
  expect(inceptionScore(sure, 1)).toBeCloseTo(3, 12);
  expect(() => inceptionScore([], 1)).toThrow('an image or more');
});
