import { describe, expect, test } from 'vitest';
import { DataError } from '../../../core/errors.js';
import { checkParameters } from '../../../core/graph/parameters.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { RandomStream } from '../../../core/image/random.js';
import { affineAugmenter, drawAffine } from '../../../plugins/augmenter/affine.js';
import { elasticField } from '../../../plugins/augmenter/elastic.js';
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

describe('geometry', () => {
  const places = (size: number) =>
    [0, 1].map((axis) =>
      Float64Array.from({ length: size * size }, (_, i) => (axis === 0 ? Math.floor(i / size) : i % size)),
    );

  test.each([2, 4, 6])('an elastic field of sigma %d is smooth noise of its strength, at the border too', (sigma) => {
    // The window of the reference's library, and what is left of a variance of 1/3 within it.
    const radius = Math.max(5, Math.trunc((sigma < 3 ? 3.3 : sigma < 5 ? 2.9 : 2.6) * sigma)) >> 1;
    const bell = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
    const sum = bell.reduce((total, weight) => total + weight);
    const kept = bell.reduce((total, weight) => total + (weight / sum) ** 2, 0);
    const [all, border]: number[][] = [[], []];
    for (let sample = 0; sample < 12; sample++) {
      const [y, x] = places(80);
      elasticField([80, 80], 14, sigma, new RandomStream({ seed: 1, sample }))(y, x);
      y.forEach((value, i) => {
        const moved = value - Math.floor(i / 80);
        all.push(moved, x[i] - (i % 80));
        if (i < 80) border.push(moved, x[i] - (i % 80));
      });
    }
    const expected = (14 * kept) / Math.sqrt(3);
    for (const [found, share] of [
      [all, 0.05],
      [border, 0.2],
    ] as const)
      expect(Math.abs(Math.sqrt(mean(found.map((value) => value ** 2))) / expected - 1)).toBeLessThan(share);
  });

  test('zoom, angle and quarter turns are drawn evenly and apart from each other', () => {
    const { parameters } = checkParameters(affineAugmenter.parameters, { zoom: 0.5, rotation: 0.5, quarterTurn: 0.5 });
    const draws = Array.from({ length: 4000 }, (_, sample) =>
      drawAffine(parameters as never, [8, 8], [8, 8], new RandomStream({ seed: 1, sample })),
    );
    const zoomed = draws.filter(({ zoom }) => zoom !== 1);
    const turned = draws.filter(({ angle }) => angle !== 0);
    const quartered = draws.filter(({ quarters }) => quarters !== 0);
    for (const some of [zoomed, turned, quartered])
      expect(Math.abs(some.length - 2000)).toBeLessThan(4 * Math.sqrt(1000));
    const together = zoomed.filter(({ angle, quarters }) => angle !== 0 && quarters !== 0);
    expect(Math.abs(together.length - 500)).toBeLessThan(4 * Math.sqrt(4000 * 0.125 * 0.875));
    expect(Math.abs(mean(zoomed.map(({ zoom }) => zoom)) - 1)).toBeLessThan(4 / Math.sqrt(12 * 2000));
    expect(Math.abs(mean(turned.map(({ angle }) => angle)))).toBeLessThan((4 * 360) / Math.sqrt(12 * 2000));
    for (const times of [1, 2, 3])
      expect(Math.abs(quartered.filter(({ quarters }) => quarters === times).length - 667)).toBeLessThan(90);
  });

  test('a volume slips at one slice, or from one on, as often; the others stay in their window', () => {
    const picture = image(new Float32Array(6 * 40 * 40).fill(1), [6, 40, 40, 1]);
    let [slips, moved] = [0, 0];
    for (const { data } of results('misalignment', picture, { displacement: 8, rotated: 0 }, 200)) {
      const windows = Array.from({ length: 6 }, (_, z) => data.slice(1600 * z, 1600 * (z + 1)).join(''));
      // Of each slice a window of 32 × 32 is left.
      for (const window of windows) expect(window.split('1')).toHaveLength(1025);
      const changed = windows.flatMap((window, z) => (window === windows[0] ? [] : [z]));
      if (changed.length === 0) continue;
      expect(changed).toEqual(changed.map((_, i) => changed[0] + i));
      // The last slice alone never slips: it has no neighbour behind it.
      if (changed.at(-1) === 5) moved++;
      else slips++;
      expect([slips, changed.length]).toEqual([slips, changed.at(-1) === 5 ? 6 - changed[0] : 1]);
    }
    expect(Math.abs(slips - moved)).toBeLessThan(4 * Math.sqrt(200));
  });

  test('the lower rows of an image slide to the left by less than the displacement', () => {
    const picture = image(
      Float32Array.from({ length: 1600 }, (_, i) => 1 + (i % 40)),
      [40, 40, 1],
    );
    const seen = new Set<number>();
    for (const { data } of results('misalignment', picture, { displacement: 4, rotated: 0 }, 100)) {
      const amount = data[39 * 40] - 1;
      seen.add(amount);
      const first = Array.from({ length: 40 }, (_, y) => data[40 * y]).findIndex((value) => value !== 1);
      if (amount > 0) for (let y = first; y < 40; y++) expect(data[40 * y + 39 - amount]).toBe(40);
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3]);
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

  test('a grid hides the same squares in slices that follow each other, and nothing in others', () => {
    const counts = new Set<number>();
    for (const { data } of results('gridmask', flat(1, [4, 20, 20, 1]), {}, 60)) {
      const slices = [0, 1, 2, 3].map((z) => data.slice(400 * z, 400 * (z + 1)).join(''));
      const hidden = slices.flatMap((slice, z) => (slice.includes('0') ? [z] : []));
      counts.add(hidden.length);
      expect(hidden).toEqual(hidden.map((_, i) => hidden[0] + i));
      expect(new Set(hidden.map((z) => slices[z])).size).toBeLessThanOrEqual(1);
    }
    for (const count of [1, 2, 3, 4]) expect(counts).toContain(count);
  });

  test('boxes of a volume are flatter where its voxels are higher', () => {
    const [result] = results('cutout', flat(1, [20, 20, 20, 1]), { boxes: [1, 1], size: [0.4, 0.4], depthRatio: 4 });
    expect(result.data.filter((value) => value === 0)).toHaveLength(2 * 8 * 8);
  });

  test('CutBlur is outside of its box half of the times where that is allowed', () => {
    const picture = image(
      Float32Array.from({ length: 1600 }, (_, i) => (i * 7919) % 31),
      [40, 40, 1],
    );
    const outside = results('cutblur', picture, { size: [0.25, 0.25], inside: false }, 200).filter(
      ({ data }) => data.filter((value, i) => value !== picture.data[i]).length > 800,
    );
    expect(Math.abs(outside.length - 100)).toBeLessThan(4 * Math.sqrt(50));
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
