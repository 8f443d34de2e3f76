import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { targetChannels } from '../../../core/instances/target-channels.js';
import { type WatershedRules, watershedInstances } from '../../../core/instances/watershed-instances.js';

/** A prediction of a row of pixels, channel by channel. */
function row(...channels: number[][]): Image {
  const width = channels[0].length;
  const data = Float32Array.from(
    { length: width * channels.length },
    (_, i) => channels[i % channels.length][Math.floor(i / channels.length)],
  );
  return image(data, [1, width, channels.length]);
}

const cut = (channel: string, threshold: number | 'auto' = 0.5) => ({ channel, threshold });
const labelsOf = (picture: Image, places: Record<string, number>, rules: WatershedRules) => [
  ...watershedInstances(picture, places, rules).labels.data,
];

describe('seeds', () => {
  const f = [0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.4];
  const c = [0, 0.1, 0.1, 0.8, 0.1, 0.1, 0.1];
  const places = { F: 0, C: 1 };

  test('are foreground without contours, and grow over the foreground from both sides', () => {
    const rules = { seeds: [cut('C'), cut('F')], growth: [cut('F', 0.3)], surface: 'F' };
    expect(labelsOf(row(f, c), places, rules)).toEqual([0, 1, 1, 1, 2, 2, 2]);
  });

  test('a first channel that is low inside is turned over before it is cut', () => {
    const seeds = [cut('C', 0.85)];
    // 1 − 0.1 is above 0.85; as a further channel 0.85 would let 0.8 through.
    const { seeds: alone } = watershedInstances(row(f, c), places, { seeds, growth: [cut('F', 0.3)], surface: 'F' });
    expect([...alone.data]).toEqual([1, 1, 1, 0, 2, 2, 2]);
    const both = { seeds: [...seeds, cut('F')], growth: [cut('F', 0.3)], surface: 'F' };
    expect([...watershedInstances(row(f, c), places, both).seeds.data]).toEqual([0, 1, 1, 1, 1, 1, 0]);
  });

  test('thresholds of the image: Otsu for seeds, half of it for growth', () => {
    const values = [0, 0, 0.301, 0.8, 1, 1, 0.301, 0];
    const rules = { seeds: [cut('F', 'auto')], growth: [cut('F', 'auto')], surface: 'F' };
    const { seeds, growth } = watershedInstances(row(values), { F: 0 }, rules);
    expect([...seeds.data]).toEqual([0, 0, 0, 1, 1, 1, 0, 0]);
    expect([...growth.data]).toEqual([0, 0, 1, 1, 1, 1, 1, 0]);
  });

  test('small ones are dropped, and disks change them in the order that is given', () => {
    const spots = [0.9, 0, 0.9, 0.9, 0.9, 0, 0];
    const rules = { seeds: [cut('F')], growth: [cut('F', -1)], surface: 'F' };
    const seedsOf = (more: Partial<WatershedRules>) => [
      ...watershedInstances(row(spots), { F: 0 }, { ...rules, ...more }).seeds.data,
    ];
    expect(seedsOf({ smallestSeed: 1 })).toEqual([0, 0, 2, 2, 2, 0, 0]);
    const step = (operation: 'dilate' | 'erode') => ({ operation, radius: 1 });
    expect(seedsOf({ seedMorphology: [step('dilate')] })).toEqual([1, 1, 1, 1, 1, 1, 0]);
    expect(seedsOf({ seedMorphology: [step('erode'), step('dilate')] })).toEqual([0, 0, 1, 1, 1, 0, 0]);
  });

  test('of seeds that lie close together the first one stays', () => {
    const spots = [0.9, 0, 0.9, 0, 0, 0.9, 0.9];
    const rules = { seeds: [cut('F')], growth: [cut('F', -1)], surface: 'F' };
    const seedsOf = (radius: number, along: number) => {
      const closeSeeds = { radius, spacing: [1, along] };
      return [...watershedInstances(row(spots), { F: 0 }, { ...rules, closeSeeds }).seeds.data];
    };
    expect(seedsOf(2, 1)).toEqual([1, 0, 0, 0, 0, 3, 3]);
    expect(seedsOf(2, 1.5)).toEqual([1, 0, 2, 0, 0, 3, 3]);
    expect(seedsOf(6, 1)).toEqual([1, 0, 0, 0, 0, 0, 0]);
  });

  test('affinities count as the least along the axes', () => {
    const y = [1, 1, 1, 1];
    const x = [1, 1, 0.1, 1];
    const rules = { seeds: [cut('A')], growth: [cut('A', -1)], surface: 'A' };
    expect([...watershedInstances(row(y, x), { A: 0 }, rules).seeds.data]).toEqual([1, 1, 0, 2]);
  });
});

test('objects grow from plane to plane, or in each plane alone', () => {
  const volume = image(Float32Array.of(0.9, 0.9, 0.9, 0.5, 0.5, 0.5), [2, 1, 3, 1]);
  const rules = { seeds: [cut('F', 0.8)], growth: [cut('F', 0.3)], surface: 'F' };
  expect(labelsOf(volume, { F: 0 }, rules)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(labelsOf(volume, { F: 0 }, { ...rules, bySlices: true })).toEqual([1, 1, 1, 0, 0, 0]);
});

test('nothing predicted is no object, everything is one', () => {
  const rules = { seeds: [cut('F', 'auto'), cut('C', 'auto')], growth: [cut('F', 'auto')], surface: 'F' };
  expect(labelsOf(row([0, 0, 0], [0, 0, 0]), { F: 0, C: 1 }, rules)).toEqual([0, 0, 0]);
  const whole = { seeds: [cut('F')], growth: [cut('F')], surface: 'F' };
  expect(labelsOf(row([1, 1, 1]), { F: 0 }, whole)).toEqual([1, 1, 1]);
});

test('letters that are missing, and offsets as growth, are refused', () => {
  const rules = { seeds: [cut('F')], growth: [cut('F')], surface: 'F' };
  expect(() => watershedInstances(row([1]), { B: 0 }, rules)).toThrow("no channel 'F' in the prediction, which has B");
  expect(() => watershedInstances(row([1]), { F: 0, H: 0 }, { ...rules, growth: [cut('H')] })).toThrow('where H says');
});

test.each([
  [
    [30, 44],
    ['F', 'H', 'V'],
  ],
  [
    [24, 28, 30],
    ['F', 'H', 'V', 'Z'],
  ],
])('offsets to the centres part objects in %j that touch', (sides, letters) => {
  const middles = [sides.map((side) => side * 0.3), sides.map((side) => side * 0.68)];
  const strides = sides.map((_, axis) => sides.slice(axis + 1).reduce((product, side) => product * side, 1));
  const distance = (place: number[], middle: number[]) => Math.hypot(...place.map((p, axis) => p - middle[axis]));
  const labels = Uint8Array.from({ length: sides[0] * strides[0] }, (_, at) => {
    const place = sides.map((side, axis) => Math.floor(at / strides[axis]) % side);
    const [near, far] = middles.map((middle) => distance(place, middle));
    return Math.min(near, far) > sides[0] * 0.36 ? 0 : near < far ? 1 : 2;
  });
  const { target } = targetChannels(image(labels, [...sides, 1]), letters);
  const seeds = letters.map((letter) => cut(letter, 'auto'));
  const places = Object.fromEntries(letters.map((letter, i) => [letter, i]));
  const rules = { seeds, growth: [cut('F', 0.5)], surface: 'F', smallestSeed: 10 };
  const { labels: found } = watershedInstances(target, places, rules);
  const pairs = new Map<string, number>();
  for (const [at, label] of found.data.entries())
    pairs.set(`${labels[at]} ${label}`, (pairs.get(`${labels[at]} ${label}`) ?? 0) + 1);
  const [outside, ...objects] = [...pairs].sort(([, a], [, b]) => b - a);
  expect(outside[0]).toBe('0 0');
  // Two objects, and only a few pixels along the border between them go to the other one.
  expect(new Set(found.data).size).toBe(3);
  expect(objects.slice(2).reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(0.1 * labels.length);
});

test('objects lie in the area of growth, and each holds the seed of its number', () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(values, values, (f, c) => {
      const picture = image(
        Float32Array.from({ length: 120 }, (_, i) => (i % 2 ? c : f)[i >> 1]),
        [6, 10, 2],
      );
      const rules = { seeds: [cut('F'), cut('C')], growth: [cut('F', 0.3)], surface: 'C' };
      const { labels, seeds, growth } = watershedInstances(picture, { F: 0, C: 1 }, rules);
      for (let i = 0; i < 60; i++) {
        if (growth.data[i] === 0) expect(labels.data[i]).toBe(0);
        else if (seeds.data[i] > 0) expect(labels.data[i]).toBe(seeds.data[i]);
      }
    }),
  );
});
