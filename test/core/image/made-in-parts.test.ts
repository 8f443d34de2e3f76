import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deferred, readRegion } from '../../../core/image/deferred.js';
import { image } from '../../../core/image/image.js';
import { madeInParts, mapWithHalo } from '../../../core/image/made-in-parts.js';
import { boxMedian } from '../../../core/nd/median.js';
import { ramp } from '../../plugins/nodes.js';
import { inChunks, joined, sidesUpTo, volumes } from './chunked-volume.js';

const odd = fc.constantFrom(1, 3, 5);

describe('a filter with a halo', () => {
  test('gives the same for parts of any size as for the whole, at its ends too', async () => {
    await fc.assert(
      fc.asyncProperty(
        volumes(9),
        sidesUpTo(5),
        sidesUpTo(6),
        fc.tuple(odd, odd, odd),
        fc.constantFrom('edge' as const, 'symmetric' as const, 'reflect' as const),
        // Room for a few pixels only: boxes are made piece by piece.
        fc.constantFrom(1000, 1e6),
        async (whole, chunk, step, sides, border, budget) => {
          const halo = sides.map((side) => side >> 1);
          const work = { what: 'a median', halo, bytesPerValue: 1, budget };
          const made = mapWithHalo(inChunks(whole, chunk), (part) => boxMedian(part, sides, border), work);
          expect((await joined(made, step)).data).toEqual(boxMedian(whole, sides, border).data);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('tells ahead what it will read, and works on images in memory as they are', async () => {
    const whole = ramp([4, 6, 8, 1]);
    const told: unknown[] = [];
    const { source } = inChunks(whole, [4, 6, 8]);
    const listening = deferred({ ...source!, expect: (boxes) => void told.push(...boxes) });
    const work = { what: 'a filter', halo: [0, 1, 2], bytesPerValue: 4, budget: 1e6 };
    const made = mapWithHalo(listening, (part) => part, work);
    made.source?.expect?.([{ start: [-1, 0, 3], size: [3, 2, 2] }]);
    expect(told).toEqual([{ start: [0, 0, 1], size: [2, 3, 6] }]);
    expect(mapWithHalo(whole, (part) => part, work)).toBe(whole);
  });

  test('of which a single pixel does not fit says so', async () => {
    const work = { what: 'a median over 5×5×5 pixels', halo: [2, 2, 2], bytesPerValue: 1, budget: 100 };
    const made = mapWithHalo(inChunks(ramp([9, 9, 9, 1], Uint8Array), [4, 4, 4]), (part) => part, work);
    await expect(readRegion(made, { start: [3, 3, 3], size: [2, 2, 2] })).rejects.toMatchObject({
      _tag: 'memory',
      message: expect.stringMatching(
        /^volume\.zarr: a median over 5×5×5 pixels looks at so many pixels that a single one takes 126 B, more than the 100 B/,
      ),
    });
  });
});

test('sides, channels, type and metadata may change', async () => {
  const picture = ramp([2, 4, 4, 2], Uint8Array);
  const double = madeInParts(
    inChunks(picture, [1, 4, 3]),
    {
      what: 'a doubling',
      bytesPerValue: 1,
      budget: 300,
      origin: ({ start, size }) => ({ start: [start[0] >> 1, start[1], start[2]], size: [1, size[1], size[2]] }),
      make: (part, { size }) => {
        const first = Float32Array.from({ length: part.data.length / 2 }, (_, i) => part.data[2 * i]);
        return image(
          Float32Array.from({ length: first.length * size[0] }, (_, i) => first[i % first.length]),
          [...size, 1],
        );
      },
    },
    { sides: [2, 4, 4], channels: 1, dtype: 'float32', metadata: { spacing: [1, 2, 2] } },
  );
  expect(double).toMatchObject({ shape: [2, 4, 4, 1], dtype: 'float32', metadata: { spacing: [1, 2, 2] } });
  const part = await readRegion(double, { start: [0, 1, 0], size: [2, 2, 3] });
  expect(part).toMatchObject({ dtype: 'float32', shape: [2, 2, 3, 1], metadata: { spacing: [1, 2, 2] } });
  expect([...part.data]).toEqual([8, 10, 12, 16, 18, 20, 8, 10, 12, 16, 18, 20]);
});
