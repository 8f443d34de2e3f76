import { describe, expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { RandomStream } from '../../../core/image/random.js';
import { RandomPlaces } from '../../../plugins/stitcher/random-places.js';
import { ramp, sampleOf } from '../nodes.js';

const weights = { foreground: 1, background: 0 };

describe('places of random patches', () => {
  test('are anywhere without weights, each start as likely as the next', () => {
    const places = new RandomPlaces(null, 1e6);
    places.add(sampleOf(ramp([6, 4, 1])));
    const stream = new RandomStream({ seed: 5 });
    const starts = Array.from({ length: 3000 }, () => places.box(0, [6, 4], [4, 4], stream).start);
    for (const y of [0, 1, 2]) expect(starts.filter(([first]) => first === y).length / 3000).toBeCloseTo(1 / 3, 1);
    expect(starts.every(([, x]) => x === 0)).toBe(true);
  });

  test('surround the foreground with weights, each image by its own', () => {
    const places = new RandomPlaces(weights, 1e6);
    for (const at of [10 * 16 + 8, 4 * 16 + 13]) {
      const target = new Uint8Array(256);
      target[at] = 3;
      places.add(sampleOf(ramp([16, 16, 1]), { target: image(target, [16, 16, 1]) }));
    }
    const stream = new RandomStream({ seed: 5 });
    expect(places.box(0, [16, 16], [4, 4], stream)).toEqual({ start: [8, 6], size: [4, 4] });
    expect(places.box(1, [16, 16], [8, 8], stream)).toEqual({ start: [0, 8], size: [8, 8] });
  });

  test('need a target', () => {
    const places = new RandomPlaces(weights, 1e6);
    expect(() => places.add(sampleOf(ramp([4, 4, 1])))).toThrow(/s0\.tif: .*PROBABILITY_MAP/);
  });

  test('and room for their maps', () => {
    const places = new RandomPlaces(weights, 1000);
    const sample = sampleOf(ramp([32, 32, 1]), { target: ramp([32, 32, 1]) });
    expect(() => places.add(sample)).toThrow(/memory budget/);
  });
});
