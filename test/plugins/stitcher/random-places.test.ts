import { describe, expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { RandomStream } from '../../../core/image/random.js';
import { RandomPlaces } from '../../../plugins/stitcher/random-places.js';
import { inChunks } from '../../core/image/chunked-volume.js';
import { ramp, sampleOf } from '../nodes.js';

const weights = { foreground: 1, background: 0 };

describe('places of random patches', () => {
  test('are anywhere without weights, each start as likely as the next', async () => {
    const places = new RandomPlaces(null, 1e6);
    await places.add(sampleOf(ramp([6, 4, 1])));
    const stream = new RandomStream({ seed: 5 });
    const starts: (readonly number[])[] = [];
    for (let i = 0; i < 3000; i++) starts.push((await places.box(0, [6, 4], [4, 4], stream)).start);
    for (const y of [0, 1, 2]) expect(starts.filter(([first]) => first === y).length / 3000).toBeCloseTo(1 / 3, 1);
    expect(starts.every(([, x]) => x === 0)).toBe(true);
  });

  test('surround the foreground with weights, each image by its own', async () => {
    const places = new RandomPlaces(weights, 1e6);
    for (const at of [10 * 16 + 8, 4 * 16 + 13]) {
      const target = new Uint8Array(256);
      target[at] = 3;
      await places.add(sampleOf(ramp([16, 16, 1]), { target: image(target, [16, 16, 1]) }));
    }
    const stream = new RandomStream({ seed: 5 });
    expect(await places.box(0, [16, 16], [4, 4], stream)).toEqual({ start: [8, 6], size: [4, 4] });
    expect(await places.box(1, [16, 16], [8, 8], stream)).toEqual({ start: [0, 8], size: [8, 8] });
  });

  test('need a target', async () => {
    const places = new RandomPlaces(weights, 1e6);
    await expect(places.add(sampleOf(ramp([4, 4, 1])))).rejects.toThrow(/s0\.tif: .*PROBABILITY_MAP/);
  });

  test('are the same where their maps do not fit into memory, and where targets are read in parts', async () => {
    const target = image(
      Uint8Array.from({ length: 8 * 12 * 12 }, (_, i) => Number((i * 7919) % 13 === 0)),
      [8, 12, 12, 1],
    );
    const picture = ramp([8, 12, 12, 1]);
    const drawn = async (budget: number, wanted: typeof target) => {
      const places = new RandomPlaces({ foreground: 0.7, background: 0.3 }, budget);
      await places.add(sampleOf(picture, { target: wanted }));
      const stream = new RandomStream({ seed: 9 });
      const boxes: unknown[] = [];
      for (let i = 0; i < 50; i++) boxes.push(await places.box(0, [8, 12, 12], [2, 4, 4], stream));
      await places.close();
      return boxes;
    };
    const wanted = await drawn(1e6, target);
    expect(new Set(wanted.map((box) => JSON.stringify(box))).size).toBeGreaterThan(30);
    for (const budget of [1e6, 1000])
      for (const chunk of [
        [8, 12, 12],
        [3, 5, 7],
      ])
        expect(await drawn(budget, inChunks(target, chunk))).toEqual(wanted);
    expect(await drawn(1000, target)).toEqual(wanted);
  });
});
