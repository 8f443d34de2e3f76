import { describe, expect, test } from 'vitest';
import { DataError } from '../../../core/errors.js';
import { checkParameters } from '../../../core/graph/parameters.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { RandomStream } from '../../../core/image/random.js';
import { augmenters } from '../../../plugins/augmenter/index.js';
import { distinctValues } from '../../../plugins/augmenter/poisson-noise.js';

function results(name: string, picture: Image, parameters: object, count = 1): Image[] {
  const definition = augmenters.find(({ id }) => id === `augmenter/${name}`)!;
  const checked = checkParameters(definition.parameters, { chance: 1, ...parameters });
  return Array.from({ length: count }, (_, sample) => {
    const random = new RandomStream({ seed: 1, sample, node: name });
    return definition.step!.run({ image: picture }, checked.parameters as never, random).image;
  });
}

const flat = (value: number, shape = [200, 200, 1]) => image(new Float32Array(sizeOf(shape)).fill(value), shape);
const share = ({ data }: Image, value: number) => data.filter((one) => one === value).length / data.length;
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

test('each fires as often as its chance says', () => {
  const picture = flat(0.5, [2, 2, 1]);
  const fired = results('brightness', picture, { chance: 0.3 }, 2000).filter((result) => result !== picture).length;
  expect(Math.abs(fired - 600)).toBeLessThan(4 * Math.sqrt(2000 * 0.3 * 0.7));
});

describe('intensities', () => {
  test.each([
    ['brightness', { add: [-0.1, 0.3] }, (drawn: number) => drawn - 0.5],
    ['contrast', { factor: [-0.1, 0.3] }, (drawn: number) => drawn / 0.5 - 1],
  ])('%s draws evenly from its range', (name, parameters, undo) => {
    const draws = results(name, flat(0.5, [1, 1, 1]), parameters, 1000).map(({ data }) => undo(data[0]));
    expect(Math.min(...draws)).toBeGreaterThan(-0.1 - 1e-6);
    expect(Math.max(...draws)).toBeLessThan(0.3 + 1e-6);
    expect(Math.abs(mean(draws) - 0.1)).toBeLessThan(4 * (0.4 / Math.sqrt(12 * 1000)));
  });

  test('gamma is a power of values in [0, 1]', () => {
    const [{ data }] = results('gamma-contrast', image(Float32Array.of(-1, 0.25, 1, 3), [1, 4, 1]), { gamma: [2, 2] });
    expect([...data]).toEqual([0, 0.0625, 1, 1]);
  });

  test('whole numbers stay in the range of their type', () => {
    const picture = image(Uint8Array.of(0, 100, 250), [1, 3, 1]);
    expect([...results('contrast', picture, { factor: [1, 1] })[0].data]).toEqual([0, 200, 255]);
  });

  test('grey is the mean of three channels, and needs three', () => {
    const [{ data }] = results('grayscale', image(Float32Array.of(0, 3, 6, 1, 1, 1), [1, 2, 3]), {});
    expect([...data]).toEqual([3, 3, 3, 1, 1, 1]);
    expect(() => results('grayscale', flat(1, [2, 2, 1]), { chance: 0 })).toThrow(DataError);
  });

  test('shuffled channels are the same channels, in every order', () => {
    const orders = results('channel-shuffle', image(Float32Array.of(1, 2, 3), [1, 1, 3]), {}, 200).map(({ data }) =>
      data.join(),
    );
    expect([...new Set(orders)].sort()).toEqual(['1,2,3', '1,3,2', '2,1,3', '2,3,1', '3,1,2', '3,2,1']);
  });
});

describe('noise', () => {
  test('of the Gaussian kind has its mean and variance, and is not clipped outside [0, 1]', () => {
    const [{ data }] = results('gaussian-noise', flat(-3), { mean: 1, variance: 0.25 });
    // Four standard deviations of both estimates.
    expect(Math.abs(mean(data) + 2)).toBeLessThan(4 * (0.5 / 200));
    expect(Math.abs(mean(data.map((value) => (value + 2) ** 2)) - 0.25)).toBeLessThan(4 * 0.25 * Math.sqrt(2 / 40_000));
  });

  test('keeps images of [0, 1] there, and all others where that is asked for', () => {
    const range = (picture: Image, clip: string) => {
      const { data } = results('gaussian-noise', picture, { variance: 4, clip })[0];
      return [Math.min(...data), Math.max(...data)];
    };
    expect(range(flat(0.5), 'unit')).toEqual([0, 1]);
    expect(range(flat(-0.5), 'always')).toEqual([-1, 1]);
    expect(range(flat(3), 'always')).toEqual([0, 1]);
  });

  test('of the Poisson kind keeps the mean; its variance is the mean over the levels', () => {
    const picture = flat(0.25);
    picture.data.fill(0.75, 0, 20_000);
    const { data } = results('poisson-noise', picture, { clip: 'unit' })[0];
    // Two values make two levels; counts above 2 are clipped to 1.
    expect([...new Set(data)].sort()).toEqual([0, 0.5, 1]);
    const many = image(
      Float32Array.from({ length: 65_536 }, (_, i) => i / 65_536),
      [256, 256, 1],
    );
    const noisy = results('poisson-noise', many, {})[0].data;
    expect(mean(noisy)).toBeCloseTo(0.5, 3);
    const scaled = Array.from(noisy, (value, i) => ((value - i / 65_536) ** 2 * 65_536) / ((i + 1) / 65_536));
    expect(mean(scaled.slice(1000))).toBeCloseTo(1, 1);
  });

  test('of the Poisson kind has nothing to count in an image as dark as its black', () => {
    for (const value of [-1, -3]) expect(results('poisson-noise', flat(value, [2, 2, 1]), {})[0].data[0]).toBe(value);
  });

  test('distinct values are counted', () => {
    expect(distinctValues(Float32Array.of(0, -0, 1, 1, 2.5))).toBe(3);
    expect(distinctValues(Uint16Array.from({ length: 5000 }, (_, i) => i % 777))).toBe(777);
  });

  test.each([
    ['salt', 0.5, { amount: 0.1 }, 1, 0.1],
    ['pepper', 0.5, { amount: 0.1 }, 0, 0.1],
    ['pepper', -0.5, { amount: 0.1 }, -1, 0.1],
    ['salt-and-pepper', 0.5, { amount: 0.4, salt: 0.25 }, 1, 0.1],
    ['salt-and-pepper', 0.5, { amount: 0.4, salt: 0.25 }, 0, 0.3],
    ['dropout', 0.5, { share: [0.2, 0.2] }, 0, 0.2],
  ])('%s over %d sets its share of values', (name, value, parameters, to, expected) => {
    const found = share(results(name, flat(value), parameters)[0], to);
    expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 40_000));
  });

  test('dropout loses a pixel in all channels', () => {
    const [{ data }] = results('dropout', flat(1, [50, 50, 2]), { share: [0.3, 0.3] });
    for (let i = 0; i < data.length; i += 2) expect(data[i]).toBe(data[i + 1]);
  });

  test('in boxes stays inside them', () => {
    const { data } = results('cutnoise', flat(2, [100, 100, 1]), {
      scale: [0.05, 0.05],
      boxes: [1, 1],
      size: [0.3, 0.3],
    })[0];
    const changed = [...data].filter((value) => value !== 2);
    expect(changed).toHaveLength(900);
    expect(mean(changed.map((value) => (value - 2) ** 2))).toBeCloseTo(0.01, 2);
  });
});

describe('lost regions', () => {
  test('cutout takes boxes of its sizes', () => {
    for (const result of results('cutout', flat(1, [100, 100, 1]), { boxes: [1, 1], size: [0.1, 0.3], value: 5 }, 30)) {
      expect(share(result, 5)).toBeGreaterThanOrEqual(0.01);
      expect(share(result, 5)).toBeLessThanOrEqual(0.09);
    }
  });

  test('a grid keeps its stripes: all but (1 − ratio)² of the image', () => {
    const kept = results('gridmask', flat(1), { ratio: 0.6, period: [0.1, 0.15] }, 40).map((result) =>
      share(result, 1),
    );
    expect(mean(kept)).toBeCloseTo(0.84, 1);
    expect(share(results('gridmask', flat(1), { ratio: 1, period: [0.1, 0.15] })[0], 1)).toBe(1);
    const squares = results('gridmask', flat(1), { ratio: 0.6, period: [0.1, 0.15], invert: true }, 40);
    expect(mean(squares.map((result) => share(result, 1)))).toBeCloseTo(0.16, 1);
  });

  test('a missing section is a broad line of the mean of its slice', () => {
    const picture = image(
      Float32Array.from({ length: 3 * 1600 }, (_, i) => i % 1600),
      [3, 40, 40, 1],
    );
    const [{ data }] = results('missing-sections', picture, { share: 1, width: [3, 4] });
    const lost = [0, 1, 2].map((z) => data.slice(z * 1600, (z + 1) * 1600).filter((value, i) => value !== i));
    // The two slices after a hit are passed over.
    expect([lost[1].length, lost[2].length]).toEqual([0, 0]);
    expect(lost[0].length).toBeGreaterThan(40 * 7 - 10);
    expect(lost[0].every((value) => value === 799.5)).toBe(true);
  });

  test('CutBlur lowers the resolution inside its box alone', () => {
    const picture = image(
      Float32Array.from({ length: 1600 }, (_, i) => (i * 7919) % 31),
      [40, 40, 1],
    );
    const [{ data }] = results('cutblur', picture, { size: [0.25, 0.25], factor: [2, 2] });
    const changed = data.filter((value, i) => value !== picture.data[i]).length;
    expect(changed).toBeGreaterThan(60);
    expect(changed).toBeLessThanOrEqual(100);
  });
});
