import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dropBorder } from '../../../core/image/border-crop.js';
import { boundedSource, deferred } from '../../../core/image/deferred.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { measureParts } from '../../../core/image/part-measure.js';
import { readPatch } from '../../../core/image/patch.js';
import { randomStream } from '../../../core/image/random.js';
import { catalog } from '../../plugins/nodes.js';

function lazy(whole: Image, asked: number[] = []): Image {
  const { shape, dtype, metadata } = whole;
  const inside = async (box: Parameters<typeof readPatch>[1]) => {
    asked.push(sizeOf(box.size));
    return readPatch(whole, box);
  };
  return deferred(boundedSource({ shape, dtype, metadata, file: 'a.zarr', inside }));
}

/** Prediction and target, somewhat alike: values, or probabilities of channels and class ids. */
function pair(sides: readonly number[], seed: number, channels: number, classes: number): [Image, Image] {
  const draws = randomStream({ seed });
  const pixels = sizeOf(sides);
  if (classes > 0)
    return [
      image(
        Float32Array.from({ length: pixels * channels }, () => draws.uniform(0, 1)),
        [...sides, channels],
      ),
      image(
        Float32Array.from({ length: pixels }, () => draws.integer(0, classes)),
        [...sides, 1],
      ),
    ];
  const target = Float32Array.from({ length: pixels * channels }, () => draws.normal(50, 20));
  const prediction = target.map((value) => value + draws.normal(1, 9));
  return [image(prediction, [...sides, channels]), image(target, [...sides, channels])];
}

const CASES: [id: string, parameters: object, channels: number, classes: number][] = [
  ['iou', {}, 1, 2],
  ['iou', { classes: 3, ignore: 2 }, 3, 3],
  ['iou', { part: { output: 0, first: 1, target: 0 } }, 2, 2],
  ['mae', {}, 2, 0],
  ['mse', {}, 1, 0],
  ['psnr', {}, 1, 0],
  ['ssim', {}, 2, 0],
  ['pcc', {}, 1, 0],
  ['l1', { first: 1, target: 1, factor: 5 }, 2, 0],
];

describe.each(CASES)('%s %j', (id, given, channels, classes) => {
  const metric = catalog.metric(id);
  const defaults = {
    classes: 2,
    ignore: -1,
    part: null,
    masked: false,
    greyLevels: false,
    first: 0,
    count: 1,
    target: 0,
  };
  const part = 'part' in given ? { before: 0, count: 1, ...(given.part as object) } : null;
  const parameters = { ...defaults, factor: 1, ...given, part };

  test('in parts of any size is that of the whole volume', async () => {
    const side = fc.integer({ min: 1, max: 17 });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(side, side, side),
        side,
        fc.integer(),
        fc.nat(2),
        async (sides, longest, seed, border) => {
          fc.pre([sides[0], sides[2]].every((length) => length > 2 * border));
          const [prediction, target] = pair(sides, seed, channels, classes);
          const margin = [border, 0, border];
          const whole = metric.onImages!(parameters)(dropBorder(prediction, margin), dropBorder(target, margin));
          const measure = () => metric.onParts!(parameters);
          const [value] = await measureParts(lazy(prediction), target, [measure()], { border: margin, longest });
          expect(value).toBeCloseTo(whole, 9);
          const again = await measureParts(prediction, lazy(target), [measure()], { border: margin, longest });
          expect(again).toEqual([value]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

test('measures share what is read, and only those that want more get another pass', async () => {
  const [prediction, target] = pair([30, 20, 12], 1, 1, 0);
  const asked: number[] = [];
  const measures = ['mae', 'mse', 'psnr'].map((id) => catalog.metric(id).onParts!({}));
  await measureParts(lazy(prediction, asked), target, measures, { longest: 16 });
  expect(asked.reduce((sum, size) => sum + size, 0)).toBe(30 * 20 * 12);
  await measureParts(lazy(prediction, asked), target, [catalog.metric('pcc').onParts!({})], { longest: 16 });
  expect(asked.reduce((sum, size) => sum + size, 0)).toBe(3 * 30 * 20 * 12);
});
