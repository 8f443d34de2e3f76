import { expect, test } from 'vitest';
import { balancedChances, drawIndex } from '../../../core/image/balance.js';
import { randomStream } from '../../../core/image/random.js';

// Nine samples of one group, one of another.
const samples = Array.from({ length: 10 }, (_, i) => ({ file: `/data/Study_${i < 9 ? 1 : 2}_${i}.tif` }));
const pattern = '^(?P<study>Study_\\d+)_';

test.each([
  [1, 0.1],
  [0.5, 0.25],
  [0, 0.5],
])('with alpha %d the small group comes with a chance of %d', (alpha, wanted) => {
  const chances = balancedChances(samples, { pattern, alpha });
  const draws = randomStream({ seed: 1 });
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 20_000; i++) counts[drawIndex(chances, draws)]++;
  expect(counts[9] / 20_000).toBeCloseTo(wanted, 1);
  expect(Math.abs(counts[9] / 20_000 - wanted)).toBeLessThan(0.015);
  for (const count of counts.slice(0, 9)) expect(Math.abs(count / 20_000 - (1 - wanted) / 9)).toBeLessThan(0.01);
});

test('the folder of its versions names a sample', () => {
  const named = samples.map(({ file }, i) => ({ file, group: `Study_${i}_x` }));
  expect([...balancedChances(named, { pattern, alpha: 0.5 })]).toEqual(samples.map((_, i) => i + 1));
});

test('a name without a group is refused', () => {
  expect(() => balancedChances([{ file: '/data/other.tif' }], { pattern, alpha: 1 })).toThrow(
    /^\/data\/other\.tif: .* finds no group in the name 'other\.tif'.*BALANCE_GROUPS\.REGEX/,
  );
});
