import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Tensor, tf } from '../../../../core/tensor/index.js';
import { embeddingLoss, embeddingOverlap } from '../../../../core/tensor/measure/embedding.js';

interface Case {
  shape: number[];
  steps: number[];
  weights: { foreground: number; instance: number; variance: number; seed: number };
  output: number[];
  target: number[];
  loss: number;
  gradient: number[];
  overlap: number;
}

const file = new URL('../../../fixtures/objects/embedding.json', import.meta.url);
const cases = JSON.parse(readFileSync(file).toString()) as Case[];

test.each(cases)('loss, gradient and overlap of $shape are those of PyTorch', (golden) => {
  const { shape, steps, weights } = golden;
  const axes = steps.length;
  const layout = { steps, centres: 1 };
  const output = tf.tensor(golden.output, [...shape, 2 * axes + 1]);
  const target = tf.tensor(golden.target, [...shape, axes + 1]);
  expect(embeddingLoss([output], target, layout, weights).dataSync()[0]).toBeCloseTo(golden.loss, 4);
  expect(embeddingOverlap([output], target, layout).dataSync()[0]).toBeCloseTo(golden.overlap, 5);
  const gradient = tf
    .grad((x: Tensor) => embeddingLoss([x], target, layout, weights))(output)
    .dataSync();
  const most = golden.gradient.reduce((worst, value, i) => Math.max(worst, Math.abs(value - gradient[i])), 0);
  expect(most).toBeLessThan(1e-4);
});

test('a patch without objects learns that nothing is a seed', () => {
  const output = tf.zeros([1, 3, 4, 5]);
  const target = tf.zeros([1, 3, 4, 3]);
  const layout = { steps: [0.1, 0.1], centres: 1 };
  const weights = { foreground: 10, instance: 1, variance: 10, seed: 1 };
  expect(embeddingLoss([output], target, layout, weights).dataSync()[0]).toBeCloseTo(0.25, 6);
  expect(embeddingOverlap([output], target, layout).dataSync()[0]).toBe(0);
});
