import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { randomStream } from '../../../core/image/random.js';
import { type BlindSpotOptions, blindSpots, MANIPULATORS, stratifiedSpots } from '../../../core/nd/blind-spots.js';

const draws = (sample = 0) => randomStream({ seed: 3, sample });
const options: BlindSpotOptions = { percentage: 2, manipulator: 'uniform_withoutCP', radius: 2, structured: false };

/** No two pixels are equal. */
function distinct(shape: number[]): Image {
  return image(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i + 1),
    shape,
  );
}

interface Spot {
  pixel: number;
  channel: number;
  was: number;
  seen: number;
}

function spotsOf(picture: Image, made: { image: Image; target: Image }): Spot[] {
  const channels = picture.shape.at(-1)!;
  const spots: Spot[] = [];
  for (let i = 0; i < picture.data.length; i++) {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const hidden = made.target.data[pixel * 2 * channels + channels + channel] === 1;
    const was = made.target.data[pixel * 2 * channels + channel];
    if (hidden) spots.push({ pixel, channel, was, seen: made.image.data[i] });
    else expect([was, made.image.data[i]]).toEqual([0, picture.data[i]]);
  }
  return spots;
}

describe('stratified places', () => {
  it('are one in each box of the grid', () => {
    const spots = stratifiedSpots([40, 60], 1, draws());
    expect(spots.map((spot) => spot.map((at) => Math.floor(at / 10)).join())).toEqual(
      Array.from({ length: 24 }, (_, i) => `${Math.floor(i / 6)},${i % 6}`),
    );
  });

  it('past the end are left out, and there are as many as the percentage says', () => {
    let count = 0;
    for (let sample = 0; sample < 50; sample++) {
      for (const [y, x] of stratifiedSpots([64, 64], 0.198, draws(sample))) {
        count++;
        expect(Math.max(y, x)).toBeLessThan(64);
      }
    }
    // Boxes of 22 pixels: 1/484 of the pixels.
    expect(count / 50 / 64 ** 2).toBeCloseTo(1 / 484, 3);
  });
});

describe.each([
  ['a plane', [30, 40, 2]],
  ['a volume', [10, 20, 30, 1]],
])('%s', (_, shape) => {
  const picture = distinct(shape);

  test.each(MANIPULATORS)('%s hides pixels, keeps their values and leaves the others alone', (manipulator) => {
    const spots = spotsOf(picture, blindSpots(picture, { ...options, manipulator }, draws()));
    expect(spots.length).toBeGreaterThan(4);
    for (const { pixel, channel, was, seen } of spots) {
      expect(was).toBe(picture.data[pixel * shape.at(-1)! + channel]);
      expect(Number.isFinite(seen)).toBe(true);
    }
    const unchanged = spots.filter(({ was, seen }) => was === seen).length;
    if (manipulator === 'identity') expect(unchanged).toBe(spots.length);
    else if (/withoutCP|additive|fitted/.test(manipulator)) expect(unchanged).toBe(0);
  });

  test('each channel has places of its own', () => {
    const spots = spotsOf(picture, blindSpots(picture, options, draws()));
    const of = (channel: number) => spots.filter((spot) => spot.channel === channel).map(({ pixel }) => pixel);
    if (shape.at(-1) === 2) expect(of(0)).not.toEqual(of(1));
  });
});

describe('the value in place of a hidden pixel', () => {
  const plane = distinct([20, 20, 1]);
  const each = (changes: Partial<BlindSpotOptions>, check: (spot: Spot, window: number[]) => void) => {
    for (const spot of spotsOf(plane, blindSpots(plane, { ...options, ...changes }, draws()))) {
      const [y, x] = [Math.floor(spot.pixel / 20), spot.pixel % 20];
      const window: number[] = [];
      for (let v = Math.max(y - 2, 0); v <= Math.min(y + 2, 19); v++)
        for (let u = Math.max(x - 2, 0); u <= Math.min(x + 2, 19); u++) window.push(plane.data[v * 20 + u]);
      check(spot, window);
    }
  };

  it('is one of the box for uniform', () => {
    for (const manipulator of ['uniform_withCP', 'uniform_withoutCP'] as const)
      each({ manipulator }, ({ seen }, window) => expect(window).toContain(seen));
  });

  it('is a pixel of the patch for normal', () =>
    each({ manipulator: 'normal_withoutCP' }, ({ seen }) => expect([...plane.data]).toContain(seen)));

  it('is the mean or the median of the others', () => {
    each({ manipulator: 'mean' }, ({ was, seen }, window) => {
      const others = window.filter((value) => value !== was);
      expect(seen).toBeCloseTo(others.reduce((a, b) => a + b) / others.length, 3);
    });
    each({ manipulator: 'median' }, ({ was, seen }, window) => {
      const others = window.filter((value) => value !== was).sort((a, b) => a - b);
      const middle = others.length / 2;
      const wanted = Number.isInteger(middle) ? (others[middle - 1] + others[middle]) / 2 : others[middle - 0.5];
      expect(seen).toBeCloseTo(wanted, 3);
    });
  });

  it('scatters as much as it should', () => {
    const flat = image(new Float32Array(120 * 120).fill(5), [120, 120, 1]);
    const added = spotsOf(flat, blindSpots(flat, { ...options, manipulator: 'normal_additive', radius: 3 }, draws()));
    const deviation = Math.sqrt(added.reduce((sum, { seen }) => sum + (seen - 5) ** 2, 0) / added.length);
    expect(deviation).toBeGreaterThan(2.5);
    expect(deviation).toBeLessThan(3.5);
    for (const { seen } of spotsOf(flat, blindSpots(flat, { ...options, manipulator: 'normal_fitted' }, draws())))
      expect(seen).toBe(5);
  });
});

test('a structured mask replaces a bar along x, and the target stays that of single pixels', () => {
  const picture = distinct([30, 40, 1]);
  const made = blindSpots(picture, { ...options, percentage: 0.3, manipulator: 'mean', structured: true }, draws(1));
  const mask = [...made.target.data].filter((_, i) => i % 2 === 1);
  const spots = mask.flatMap((value, pixel) => (value === 1 ? [pixel] : []));
  expect(spots.length).toBeGreaterThan(0);
  const inBar = (pixel: number) =>
    spots.some((spot) => Math.floor(spot / 40) === Math.floor(pixel / 40) && Math.abs(spot - pixel) <= 5);
  for (let pixel = 0; pixel < picture.data.length; pixel++) {
    if (spots.includes(pixel)) continue;
    if (inBar(pixel)) expect(Math.abs(made.image.data[pixel])).toBeLessThanOrEqual(2);
    else expect(made.image.data[pixel]).toBe(picture.data[pixel]);
  }
});

test('the same draws hide the same pixels', () => {
  const picture = distinct([30, 30, 1]);
  const [first, again, other] = [1, 1, 2].map((sample) => blindSpots(picture, options, draws(sample)));
  expect(first).toEqual(again);
  expect(first.target.data).not.toEqual(other.target.data);
});

test('a patch of a single pixel ends', () => {
  const one = image(Float32Array.of(3), [1, 1, 1]);
  for (const manipulator of MANIPULATORS)
    expect(blindSpots(one, { ...options, percentage: 100, manipulator }, draws()).target.data).toEqual(
      Float32Array.of(3, 1),
    );
});

interface Neighbourhoods {
  shape: number[];
  radius: number;
  picture: number[];
  mean: number[];
  median: number[];
}

const golden: Neighbourhoods[] = JSON.parse(
  readFileSync(new URL('../../fixtures/degrade/golden.json', import.meta.url), 'utf8'),
).noise2void;

describe.each(golden)('neighbours within $radius of $shape', ({ shape, radius, picture, ...wanted }) => {
  test.each(['mean', 'median'] as const)('have the %s that SciPy finds', (manipulator) => {
    const pixels = image(Float32Array.from(picture), [...shape, 1]);
    const spots = Array.from({ length: 8 }, (_, sample) => {
      const made = blindSpots(pixels, { percentage: 30, manipulator, radius, structured: false }, draws(sample));
      return spotsOf(pixels, made);
    }).flat();
    expect(new Set(spots.map(({ pixel }) => pixel)).size).toBeGreaterThan(pixels.data.length / 4);
    for (const { pixel, seen } of spots) expect(seen).toBeCloseTo(wanted[manipulator][pixel], 5);
  });
});
