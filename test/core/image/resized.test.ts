import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRegion } from '../../../core/image/deferred.js';
import { resized } from '../../../core/image/resized.js';
import { ramp } from '../../plugins/nodes.js';
import { inChunks, joined, sidesUpTo, volumes } from './chunked-volume.js';

test('parts of a volume are those of the whole, whatever their sides', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(volumes(7), volumes(6, Float32Array as never), volumes(6, Int32Array as never)),
      sidesUpTo(12),
      sidesUpTo(4),
      sidesUpTo(6),
      fc.constantFrom(0 as const, 1 as const),
      fc.constantFrom('reflect' as const, 'symmetric' as const, 'edge' as const, 'wrap' as const),
      // The least holds all that a single pixel may look at, both ends with the border `wrap`.
      fc.constantFrom(12_000, 1e6),
      async (picture, size, chunk, step, order, border, budget) => {
        const whole = resized(picture, size, { order, border }, budget);
        const parts = resized(inChunks(picture, chunk), size, { order, border }, budget);
        expect(parts).toMatchObject({ shape: whole.shape, dtype: whole.dtype });
        expect((await joined(parts, step)).data).toEqual(whole.data);
      },
    ),
    { numRuns: 100 },
  );
});

test('what looks at all of an image is refused in parts', () => {
  const parts = inChunks(ramp([4, 4, 4, 1]), [2, 2, 2]);
  for (const options of [{ order: 3 }, { order: 1, antiAliasing: true }, { order: 1, border: 'constant' }] as const)
    expect(() => resized(parts, [2, 2, 2], options, 1e6)).toThrow(/works on whole images/);
});

test('a small part is made of few pixels', async () => {
  const parts = resized(inChunks(ramp([8, 8, 8, 1]), [8, 8, 8]), [16, 16, 16], { order: 1 }, 4000);
  const part = await readRegion(parts, { start: [4, 4, 4], size: [2, 2, 2] });
  expect(part.shape).toEqual([2, 2, 2, 1]);
});
