import { describe, expect, test } from 'vitest';
import { ConfusionMatrix } from '../../../core/nd/confusion.js';

/** scikit-learn's own example of classification_report, with its printed values in more digits. */
const TRUTH = [0, 1, 2, 2, 2];
const PREDICTED = [0, 0, 2, 2, 1];

function matrixOf(truth: readonly number[], predicted: readonly number[], classes: number): ConfusionMatrix {
  const matrix = new ConfusionMatrix(classes);
  for (const [i, id] of truth.entries()) matrix.add(id, predicted[i]);
  return matrix;
}

describe('a confusion matrix', () => {
  const matrix = matrixOf(TRUTH, PREDICTED, 3);

  test('has a row for each true class', () => {
    expect(matrix.rows).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 2],
    ]);
    expect([matrix.total, matrix.accuracy]).toEqual([5, 0.6]);
  });

  test('gives the scores of a classification report', () => {
    expect([0, 1, 2].map((id) => matrix.scores(id))).toEqual([
      { precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
      { precision: 0, recall: 0, f1: 0, support: 1 },
      { precision: 1, recall: 2 / 3, f1: 0.8, support: 3 },
    ]);
  });

  test('gives 0, not NaN, for a class that never occurs', () => {
    expect(matrixOf([0], [0], 2).scores(1)).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
  });

  test.each([3, -1, 0.5, Number.NaN])('refuses the class %s', (id) => {
    expect(() => matrixOf([0], [id], 3)).toThrow(RangeError);
  });
});
