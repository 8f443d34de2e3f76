import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundedSource, deferred, readRegion } from '../../../core/image/deferred.js';
import { type Box, type Image, image, sizeOf } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';
import { randomStream } from '../../../core/image/random.js';
import { instanceTarget } from '../../../core/instances/instance-target.js';
import { findObjectBoxes } from '../../../core/instances/object-boxes.js';
import { farChannels, targetInParts } from '../../../core/instances/target-in-parts.js';

function lazy(whole: Image): Image {
  const { shape, dtype, metadata } = whole;
  const inside = async (box: Box) => readPatch(whole, box);
  return deferred(boundedSource({ shape, dtype, metadata, file: 'labels.zarr', inside }));
}

/** Balls of labels, which may touch and lie over each other, and a class for each. */
function balls(sides: readonly number[], seed: number, count: number): Image {
  const draws = randomStream({ seed });
  const data = new Uint16Array(2 * sizeOf(sides));
  for (let label = 1; label <= count; label++) {
    const centre = sides.map((side) => draws.integer(0, side));
    const radius = draws.uniform(0.5, 4);
    for (let z = 0, at = 0; z < sides[0]; z++)
      for (let y = 0; y < sides[1]; y++)
        for (let x = 0; x < sides[2]; x++, at += 2)
          if ((z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 < radius ** 2) {
            data[at] = 7 * label;
            data[at + 1] = 1 + (label % 2);
          }
  }
  return image(data, [...sides, 2]);
}

const TARGETS: Record<
  string,
  { channels: string[]; options?: Record<string, Record<string, unknown>>; classes?: number }
> = {
  'masks and contours': { channels: ['F', 'C', 'T', 'M', 'P'] },
  'changed masks': {
    channels: ['F', 'B', 'P'],
    options: { F: { erosion: 1, dilation: 2 }, B: { dilation: 1 }, P: { dilation: 3 } },
  },
  distances: { channels: ['Db', 'Dc', 'D'] },
  'raw distances': {
    channels: ['Db', 'Dc'],
    options: { Db: { val_type: 'raw' }, Dc: { type: 'skeleton', norm: false } },
  },
  offsets: { channels: ['F', 'H', 'V', 'Z'] },
  flows: { channels: ['Gv', 'Gh', 'Gz'] },
  rays: { channels: ['Db', 'R'], options: { R: { nrays: 8 } } },
  affinities: { channels: ['A'], options: { A: { z_affinities: [1, 2], y_affinities: [1, 3], x_affinities: [1, 4] } } },
  'classes and labels': { channels: ['F', 'I'], classes: 3 },
};

describe.each(Object.entries(TARGETS))('%s', (_, { channels, options = {}, classes = 0 }) => {
  test('of a part are those of the whole volume', async () => {
    const side = fc.integer({ min: 4, max: 13 });
    const unit = fc.double({ min: 0, max: 0.999, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(side, side, side),
        fc.tuple(unit, unit, unit),
        fc.tuple(unit, unit, unit),
        fc.integer(),
        fc.integer({ min: 1, max: 7 }),
        async (sides, at, length, seed, count) => {
          const labels = balls(sides, seed, count);
          const target = { channels, options, classes };
          const whole = instanceTarget(labels, target).target;
          const boxes = await findObjectBoxes(lazy(labels));
          const parts = targetInParts(lazy(labels), boxes, target, { file: 'labels.zarr', budget: 1e9 });
          expect(parts.shape).toEqual(whole.shape);
          const start = sides.map((extent, axis) => Math.floor(at[axis] * extent));
          const size = sides.map((extent, axis) => 1 + Math.floor(length[axis] * (extent - start[axis])));
          const found = await readRegion(parts, { start, size });
          const expected = readPatch(whole, { start, size });
          expect(found.shape).toEqual(expected.shape);
          for (let i = 0; i < expected.data.length; i++)
            // Centres are worked out from another corner: the last digits of means may differ.
            expect(Math.abs(found.data[i] - expected.data[i]), `value ${i}`).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 40 },
    );
  });
});

test('objects that are too large for the memory are told, with what to do', async () => {
  const labels = image(new Uint16Array(4000).fill(1), [10, 20, 20, 1]);
  const boxes = await findObjectBoxes(lazy(labels));
  const parts = targetInParts(
    lazy(labels),
    boxes,
    { channels: ['F'], options: {}, classes: 0 },
    { file: 'labels.zarr', budget: 1e5 },
  );
  await expect(readRegion(parts, { start: [0, 0, 0], size: [2, 2, 2] })).rejects.toThrow(
    /labels\.zarr: the objects around a patch at 0, 0, 0 reach over 10×20×20 pixels, .* Raise SYSTEM.MEMORY_BUDGET/,
  );
});

test('what looks at other objects, however far, is named', () => {
  expect(farChannels({ channels: ['F', 'Dn', 'We', 'Db'] })).toEqual(['Dn', 'We']);
});
