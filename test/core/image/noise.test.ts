import { describe, expect, test } from 'vitest';
import { Noise } from '../../../core/image/noise.js';
import { RandomStream } from '../../../core/image/random.js';

const noise = (sample = 0) => new Noise(new RandomStream({ seed: 3, sample }));

function moments(draw: () => number, count = 200_000) {
  const values = Float64Array.from({ length: count }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const central = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / count;
  return {
    values,
    mean,
    variance: central(2),
    skew: central(3) / central(2) ** 1.5,
    kurtosis: central(4) / central(2) ** 2,
  };
}

test('equal streams give equal noise, others another', () => {
  const draw = (sample: number) => {
    const source = noise(sample);
    return Array.from({ length: 20 }, () => source.normal());
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('uniform numbers fill [0, 1) evenly', () => {
  const source = noise();
  const { values, mean, variance } = moments(() => source.uniform());
  expect(mean).toBeCloseTo(0.5, 2);
  expect(variance).toBeCloseTo(1 / 12, 3);
  const counts = new Array(16).fill(0);
  for (const value of values) counts[Math.floor(value * 16)]++;
  // χ² of 15 degrees of freedom is above 37.7 once in a thousand.
  expect(counts.reduce((sum, count) => sum + (count - 12_500) ** 2 / 12_500, 0)).toBeLessThan(37.7);
});

test('normal numbers have the moments and tails of the bell curve', () => {
  const source = noise();
  const { values, mean, variance, skew, kurtosis } = moments(() => source.normal());
  expect(Math.abs(mean)).toBeLessThan(0.01);
  expect(Math.abs(variance - 1)).toBeLessThan(0.015);
  expect(Math.abs(skew)).toBeLessThan(0.03);
  expect(Math.abs(kurtosis - 3)).toBeLessThan(0.06);
  const beyond = (limit: number) => values.filter((value) => Math.abs(value) > limit).length / values.length;
  for (const [limit, share] of [
    [0.5, 0.617075],
    [1, 0.317311],
    [2, 0.0455],
    [3, 0.0027],
  ])
    expect(Math.abs(beyond(limit) - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / values.length));
  // The tail behind the lowest layer: 0.000576 of all values.
  expect(Math.abs(beyond(3.442619855899) - 0.000576)).toBeLessThan(5 * Math.sqrt(0.000576 / values.length));
});

describe.each([0, 0.4, 3, 9.9, 10, 14.3, 120, 60_000])('counts of mean %d', (expected) => {
  test('have that mean and variance, and are whole', () => {
    const source = noise();
    const { values, mean, variance } = moments(() => source.poisson(expected), 60_000);
    expect(Math.abs(mean - expected)).toBeLessThanOrEqual(5 * Math.sqrt(expected / 60_000));
    expect(Math.abs(variance - expected)).toBeLessThanOrEqual(0.04 * expected);
    expect(values.every((value) => value >= 0 && Number.isInteger(value))).toBe(true);
  });
});

test.each([3, 14.3])('counts of mean %d fall as the distribution says', (expected) => {
  const source = noise();
  const counts = new Array(60).fill(0);
  for (let i = 0; i < 60_000; i++) counts[source.poisson(expected)]++;
  let probability = Math.exp(-expected);
  for (let k = 0; k < 30; k++, probability *= expected / k) {
    const deviation = Math.sqrt(60_000 * probability * (1 - probability));
    expect(Math.abs(counts[k] - 60_000 * probability)).toBeLessThan(5 * deviation + 1);
  }
});

test('a count whose mean is no finite number is that mean', () => {
  expect([Number.NaN, Infinity].map((mean) => new Noise(new RandomStream({ seed: 1 })).poisson(mean))).toEqual([
    Number.NaN,
    Infinity,
  ]);
});
