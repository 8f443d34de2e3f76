import { expect, test } from 'vitest';
import { MersenneTwister } from '../../../core/image/mersenne.js';
import { golden } from '../../fixtures/image/load.js';

test('the published first words of seed 5489', () => {
  const generator = new MersenneTwister(5489);
  expect(Array.from({ length: 3 }, () => generator.word())).toEqual([3499211612, 581869302, 3890346734]);
});

test('the 10000th word of seed 5489 is that of the C++ standard', () => {
  const generator = new MersenneTwister(5489);
  for (let i = 1; i < 10000; i++) generator.word();
  expect(generator.word()).toBe(4123659995);
});

test('permutations are those of numpy.random.RandomState', () => {
  for (const { seed, count, order } of golden.permutation)
    expect(new MersenneTwister(seed).permutation(count)).toEqual(order);
});
