import { expect, test } from 'vitest';
import { checkParameters } from '../../../core/graph/parameters.js';
import { RandomStream } from '../../../core/image/random.js';
import { augmenters } from '../../../plugins/augmenter/index.js';
import { drawWhole } from '../../../plugins/augmenter/parameters.js';

const draws = (range: readonly number[]) => {
  const random = new RandomStream({ seed: 1 });
  return [...new Set(Array.from({ length: 100 }, () => drawWhole(random, range)))].sort((a, b) => a - b);
};

test.each([
  [
    [2, 4],
    [2, 3, 4],
  ],
  [
    [4, 2],
    [2, 3, 4],
  ],
  [[3, 3], [3]],
  [
    [-1.5, 1.5],
    [-1, 0, 1],
  ],
  [[0.2, 0.8], [1]],
])('whole numbers of %j, both ends included', (range, expected) => expect(draws(range)).toEqual(expected));

test.each([
  ['median-blur', { size: [0, 3] }, 'size.0'],
  ['motion-blur', { size: [-3, 3] }, 'size.0'],
  ['gaussian-blur', { sigma: [-1, 1] }, 'sigma.0'],
  ['gamma-contrast', { gamma: [-0.5, 1] }, 'gamma.0'],
  ['cutout', { boxes: [-1, 2] }, 'boxes.0'],
])('%s refuses %j', (name, parameters, path) => {
  const { problems } = checkParameters(augmenters.find(({ id }) => id === `augmenter/${name}`)!.parameters, parameters);
  expect(problems.map((problem) => problem.path)).toEqual([path]);
});
