import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clearBorder, hasBit, rowBytes, setBit } from '../../../core/image/bit-plane.js';
import { ForegroundMap, startAround } from '../../../core/image/foreground-map.js';
import { type Image, image } from '../../../core/image/image.js';
import { RandomStream } from '../../../core/image/random.js';
import { inChunks, sidesUpTo } from './chunked-volume.js';

const weights = { foreground: 0.94, background: 0.06 };
/** A plane drawn with `#` for foreground. */
function plane(...rows: string[]) {
  const data = Uint8Array.from(rows.join(''), (sign) => (sign === '#' ? 7 : 0));
  return image(data, [rows.length, rows[0].length, 1]);
}

describe('the foreground', () => {
  test('is what does not touch the border, corners counted as joined', async () => {
    const drawn = plane('#.....', '.#....', '....#.', '....#.', '......');
    expect((await ForegroundMap.of(drawn, weights)).foreground).toBe(2);
  });

  test('is looked at plane by plane', async () => {
    const { data } = plane('......', '..##..', '......', '.#####', '..##..', '......');
    expect((await ForegroundMap.of(image(data, [2, 3, 6, 1]), weights)).foreground).toBe(4 - 2);
  });

  test('is any channel', async () => {
    const data = new Float32Array(3 * 3 * 2);
    data[9] = 0.5;
    expect((await ForegroundMap.of(image(data, [3, 3, 2]), weights)).foreground).toBe(1);
  });
});

describe('drawn pixels', () => {
  test('lie on the foreground as often as its weight says, each pixel as often as the next', async () => {
    const map = await ForegroundMap.of(plane('.......', '.##....', '.....#.', '.......'), weights);
    const stream = new RandomStream({ seed: 3 });
    const counts = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const pixel = `${await map.draw(stream)}`;
      counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    }
    const inner = ['1,1', '1,2', '2,5'].map((pixel) => counts.get(pixel)!);
    for (const count of inner) expect(Math.abs(count / 20_000 - 0.94 / 3)).toBeLessThan(0.015);
    expect(counts.size).toBe(28);
    for (const [pixel, count] of counts)
      if (!['1,1', '1,2', '2,5'].includes(pixel)) expect(Math.abs(count / 20_000 - 0.06 / 25)).toBeLessThan(0.0025);
  });

  test('come from the only side there is', async () => {
    const nothing = await ForegroundMap.of(plane('...', '...'), { foreground: 1, background: 0 });
    const [y, x] = await nothing.draw(new RandomStream({ seed: 1 }));
    expect([y < 2, x < 3]).toEqual([true, true]);
  });

  test('are in the image and on the side that was drawn, in volumes too', async () => {
    const sides = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 9 }),
    );
    await fc.assert(
      fc.asyncProperty(sides, fc.nat(), async (shape, seed) => {
        const noise = new RandomStream({ seed });
        const data = Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, () => noise.integer(0, 2));
        const map = await ForegroundMap.of(image(data, [...shape, 1]), { foreground: 1, background: 0 });
        for (let i = 0; i < 5; i++) {
          const [z, y, x] = await map.draw(noise);
          expect([z < shape[0], y < shape[1], x < shape[2]]).toEqual([true, true, true]);
          if (map.foreground > 0) expect(data[(z * shape[1] + y) * shape[2] + x]).toBe(1);
        }
      }),
    );
  });
});

test('a patch is moved into the image', () => {
  expect(startAround([0, 50, 99], [10, 11, 10], [100, 100, 100])).toEqual([0, 45, 90]);
});

describe('the map of a volume', () => {
  /** Foreground pixels in C order, those joined to the border of a plane left out. */
  function listed(target: Image): number[][] {
    const [depth, height, width] = target.shape;
    const found: number[][] = [];
    for (let z = 0; z < depth; z++) {
      const bits = new Uint8Array(height * rowBytes(width));
      for (let i = 0; i < height * width; i++)
        if (target.data[z * height * width + i] > 0) setBit(bits, width, Math.floor(i / width), i % width);
      clearBorder(bits, height, width);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) if (hasBit(bits, width, y, x)) found.push([z, y, x]);
    }
    return found;
  }

  test('is the same in memory, in parts and on the disk: the same pixels are drawn', async () => {
    await fc.assert(
      fc.asyncProperty(
        sidesUpTo(9),
        sidesUpTo(5),
        fc.nat(),
        fc.constantFrom(1, 60, 1e6),
        async (shape, chunk, seed, room) => {
          const noise = new RandomStream({ seed });
          const data = Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, () => Number(noise.chance(0.3)));
          const target = image(data, [...shape, 1]);
          const inner = listed(target);
          const only = { foreground: 1, background: 0 };
          const maps = [
            await ForegroundMap.of(target, only),
            await ForegroundMap.of(target, only, { stored: true, room }),
            await ForegroundMap.of(inChunks(target, chunk), only, { room }),
            await ForegroundMap.of(inChunks(target, chunk), only, { stored: true, room }),
          ];
          const streams = maps.map(() => new RandomStream({ seed: seed + 1 }));
          const oracle = new RandomStream({ seed: seed + 1 });
          for (let i = 0; i < 4; i++) {
            oracle.chance(1);
            const rank = oracle.integer(0, inner.length || data.length);
            const [, height, width] = shape;
            const place = [Math.floor(rank / (height * width)), Math.floor(rank / width) % height, rank % width];
            for (const [k, map] of maps.entries())
              expect(await map.draw(streams[k])).toEqual(inner.length > 0 ? inner[rank] : place);
          }
          for (const map of maps) await map.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});
