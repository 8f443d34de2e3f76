import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { meanDistance, predictionLayout } from '../../../core/instances/prediction-layout.js';

const rows = (channels: string[], options = {}, losses = {}, axes: 2 | 3 = 2) =>
  predictionLayout(channels, options, losses, axes).map(({ channel, first, count, target, activation }) => [
    ...[channel, first, count, target, activation],
  ]);

test('channels lie in the order of BiaPy, masks as probabilities, distances as they are or activated', () => {
  expect(rows(['Db', 'C', 'F', 'I', 'We'], { Db: { act: 'sigmoid' } }, { Db: 'l1' })).toEqual([
    ['F', 0, 1, 0, 'sigmoid'],
    ['C', 1, 1, 1, 'sigmoid'],
    ['Db', 2, 1, 2, 'sigmoid'],
  ]);
  expect(rows(['F', 'Dc', 'D', 'H'], { H: { act: 'tanh' } }, { Dc: 'mse' })).toEqual([
    ['F', 0, 1, 0, 'sigmoid'],
    ['H', 1, 1, 1, 'tanh'],
    ['Dc', 2, 1, 2, 'linear'],
    ['D', 3, 1, 3, 'tanh'],
  ]);
});

test('a distance learned by cross-entropy is a probability', () => {
  expect(rows(['Db', 'R'], { R: { nrays: 4 } }, { Db: 'bce', R: 'l1' })).toEqual([
    ['Db', 0, 1, 0, 'sigmoid'],
    ['R', 1, 4, 1, 'linear'],
  ]);
});

test('distances in steps are predicted in eleven channels and learned from one', () => {
  expect(rows(['Db'], { Db: { val_type: 'discretize' } }, { Db: 'ce' })).toEqual([['Db', 0, 11, 0, 'softmax']]);
});

test('affinities have a channel for each axis and offset, flows are directions', () => {
  expect(rows(['A'], { A: { y_affinities: [1, 3] } }, {}, 3)).toEqual([['A', 0, 6, 0, 'sigmoid']]);
  expect(rows(['Gh', 'Gv', 'F'])).toEqual([
    ['F', 0, 1, 0, 'sigmoid'],
    ['Gh', 1, 1, 1, 'linear'],
    ['Gv', 2, 1, 2, 'linear'],
  ]);
});

test('the parts of an embedding share the labels as their target', () => {
  expect(rows(['E_offset', 'E_sigma', 'E_seediness'], {}, {}, 3)).toEqual([
    ['E_offset', 0, 3, 0, 'tanh'],
    ['E_sigma', 3, 3, 0, 'linear'],
    ['E_seediness', 6, 1, 0, 'sigmoid'],
  ]);
});

test('probabilities of steps are one distance', () => {
  const certain = (level: number) => Array.from({ length: 11 }, (_, i) => Number(i === level));
  const unsure = Array.from({ length: 11 }, (_, i) => (i === 4 || i === 6 ? 0.5 : 0));
  const steps = image(Float32Array.from([...certain(0), ...certain(10), ...unsure]), [1, 3, 11]);
  const found = meanDistance(steps);
  expect(found.shape).toEqual([1, 3, 1]);
  expect([...found.data].map((value) => value.toFixed(6))).toEqual(['0.000000', '1.000000', '0.500000']);
});
