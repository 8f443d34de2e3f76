import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundedSource, deferred } from '../../../core/image/deferred.js';
import { sizeOf } from '../../../core/image/image.js';
import { partBoxes, partsOf } from '../../../core/image/parts.js';
import { readPatch } from '../../../core/image/patch.js';
import { ramp } from '../../plugins/nodes.js';

test('boxes hold every pixel once', () => {
  const side = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(fc.array(side, { minLength: 2, maxLength: 3 }), fc.integer({ min: 1, max: 10 }), (sides, longest) => {
      const whole = ramp([...sides, 1]);
      const pixels = [...partBoxes(sides, longest)].flatMap((box) => [...readPatch(whole, box).data]);
      expect(pixels.sort((a, b) => a - b)).toEqual([...whole.data]);
    }),
  );
});

test('an image in memory is one part, another one comes in blocks', async () => {
  const whole = ramp([2, 70, 3, 1]);
  const { shape, dtype, metadata } = whole;
  const inside = async (box: Parameters<typeof readPatch>[1]) => readPatch(whole, box);
  const lazy = deferred(boundedSource({ shape, dtype, metadata, file: 'a.zarr', inside }));
  const sizes = async (picture: typeof whole) => {
    const found: number[] = [];
    for await (const part of partsOf(picture)) found.push(sizeOf(part.shape));
    return found;
  };
  expect(await sizes(whole)).toEqual([420]);
  expect(await sizes(lazy)).toEqual([2 * 64 * 3, 2 * 6 * 3]);
});
