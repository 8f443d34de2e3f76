import { describe, expect, test } from 'vitest';
import type { DirectedChannels } from '../../../core/image/directed-channels.js';
import { type Image, image } from '../../../core/image/image.js';
import { formsOf, predictAugmented, type Reduction } from '../../../core/image/test-time-augmentation.js';
import { directedLayout } from '../../../core/instances/directed-layout.js';
import { predictionLayout } from '../../../core/instances/prediction-layout.js';
import { targetChannels } from '../../../core/instances/target-channels.js';

/** Two objects that touch, one with a pixel in the middle and one without a symmetry, in a plane that is no square. */
const labels = image(
  Uint8Array.from(['0000000', '0111220', '0111222', '0111200', '0000000'].flatMap((row) => [...row].map(Number))),
  [5, 7, 1],
);

/** A network that knows: it makes the channels of the labels that it is shown. */
const knowing = (letters: string[], options: Record<string, Record<string, unknown>> = {}) => {
  const directed = directedLayout(predictionLayout(letters, options, {}, 2), options, 2);
  const answer = (pictures: Image[]) => pictures.map((picture) => targetChannels(picture, letters, options).target);
  const predict = async (pictures: Image[]) => answer(pictures);
  return (reduction: Reduction, known: DirectedChannels[] = directed) =>
    predictAugmented(
      labels,
      { symmetries: formsOf(2, 'full', known), reduction, batchSize: 3, directed: known },
      predict,
    );
};

describe('the answers of a network that knows are the same in all forms, so their combination is', () => {
  test.each<[string, string[], Record<string, Record<string, unknown>>]>([
    ['affinities', ['A'], { A: { y_affinities: [1, 2], x_affinities: [1, 2], widen_borders: 0 } }],
    ['rays', ['Db', 'R'], { R: { nrays: 20 } }],
  ])('%s', async (_, letters, options) => {
    const expected = targetChannels(labels, letters, options).target;
    const predicted = knowing(letters, options);
    for (const reduction of ['mean', 'min', 'max'] as const) {
      const { data, shape } = await predicted(reduction);
      expect(shape).toEqual(expected.shape);
      for (const [i, value] of data.entries()) expect(value).toBeCloseTo(expected.data[i], 5);
    }
    // As scalars they would not be.
    const plain = await predicted('mean', []);
    expect(plain.data.some((value, i) => Math.abs(value - expected.data[i]) > 0.1)).toBe(true);
  });

  test('flows, by their mean whatever the mode', async () => {
    const options = {};
    const expected = targetChannels(labels, ['F', 'Gv', 'Gh'], options).target;
    for (const reduction of ['mean', 'max'] as const) {
      const { data } = await knowing(['F', 'Gv', 'Gh'], options)(reduction);
      for (const [i, value] of data.entries())
        if (labels.data[Math.floor(i / 3)] !== 2) expect(value).toBeCloseTo(expected.data[i], 5);
    }
  });
});

test('the least, the greatest and the mean of scalars', async () => {
  const picture = image(Float32Array.of(1, 2, 3, 4), [2, 2, 1]);
  // Says of the first pixel of each form that it is there.
  const first = async (pictures: Image[]) =>
    pictures.map(({ data, shape }) =>
      image(
        Float32Array.from(data, (value, i) => (i === 0 ? value : 0)),
        shape,
      ),
    );
  const symmetries = formsOf(2, 'flips');
  const combined = async (reduction: Reduction) =>
    (await predictAugmented(picture, { symmetries, reduction, batchSize: 4 }, first)).data;
  expect([...(await combined('max'))]).toEqual([1, 2, 3, 4]);
  expect([...(await combined('min'))]).toEqual([0, 0, 0, 0]);
  expect([...(await combined('mean'))]).toEqual([0.25, 0.5, 0.75, 1]);
});

test('a value that is no number stays one', async () => {
  const broken = async (pictures: Image[]) => pictures.map(({ shape }) => image(new Float32Array(4).fill(NaN), shape));
  for (const reduction of ['mean', 'min', 'max'] as const) {
    const settings = { symmetries: formsOf(2, 'flips'), reduction, batchSize: 2 };
    const { data } = await predictAugmented(image(new Float32Array(4), [2, 2, 1]), settings, broken);
    expect(data.every(Number.isNaN)).toBe(true);
  }
});
