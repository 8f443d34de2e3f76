import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkParameters } from '../../../core/graph/parameters.js';
import { image, type PixelArray, sizeOf } from '../../../core/image/image.js';
import { RandomStream } from '../../../core/image/random.js';
import type { StepPixels } from '../../../core/plugin/define.js';
import { augmenters } from '../../../plugins/augmenter/index.js';

/** Parameters that make each augmenter act, as sharply as it can. */
const ACTING: Record<string, object> = {
  affine: { zoom: 1, rotation: 1, quarterTurn: 1, zoomDepth: true },
  flip: { y: 1, x: 1, z: 1 },
  'missing-sections': { chance: 1, share: 1 },
  cutout: { chance: 1, target: true },
  cutblur: { chance: 1, inside: false },
  'gaussian-noise': { chance: 1, ofImage: true, clip: 'always' },
};
const names = augmenters.map(({ id }) => id.split('/')[1]);

function run(name: string, pixels: StepPixels, sample: number, more: object = {}): StepPixels {
  const { parameters: schema, step } = augmenters.find(({ id }) => id === `augmenter/${name}`)!;
  const patch = { patch: pixels.image.shape.slice(0, -1).map((side) => Math.ceil(side / 2)) };
  const acting = ACTING[name] ?? ('chance' in schema.properties ? { chance: 1 } : patch);
  const border = 'border' in schema.properties ? more : {};
  const { parameters, problems } = checkParameters(schema, { ...acting, ...border });
  expect(problems).toEqual([]);
  return step!.run(pixels, parameters as never, new RandomStream({ seed: 3, sample, node: name }));
}

/** A target of a mask, labels, heat and an image, whose mask is where its labels are. */
function pixelsOf(sides: readonly number[], value: (at: number) => number): StepPixels {
  const picture = image(
    Float32Array.from({ length: 3 * sizeOf(sides) }, (_, i) => value(i)),
    [...sides, 3],
  );
  const channels = (i: number) => [i % 3 > 0 ? 1 : 0, i % 3 > 0 ? 4 + (i % 2) : 0, 2 + (i % 5), (i % 7) / 7];
  const target = image(
    Float32Array.from({ length: sizeOf(sides) }, (_, i) => i).reduce(
      (all, i) => {
        all.set(channels(i), 4 * i);
        return all;
      },
      new Float32Array(4 * sizeOf(sides)),
    ),
    [...sides, 4],
  );
  return {
    image: picture,
    target,
    targetKinds: ['mask', 'labels', 'heat', 'image'],
    partner: { image: picture, target },
  };
}

function expectSound({ image: picture, target }: StepPixels): void {
  const { data } = target!;
  expect([picture.data.every(Number.isFinite), data.every(Number.isFinite)]).toEqual([true, true]);
  const wrong: number[][] = [];
  for (let at = 0; at < data.length; at += 4) {
    const [mask, label, heat] = data.subarray(at, at + 3);
    // Objects of another patch come with the greatest number added that is there.
    const isSound = [0, 4, 5, 8, 9, 10].includes(label) && mask === (label > 0 ? 1 : 0) && heat >= 0 && heat <= 6;
    if (!isSound) wrong.push([mask, label, heat]);
  }
  expect(wrong).toEqual([]);
}

const bordered = ['affine', 'elastic', 'shear', 'shift'];

test.each([
  ...names.map((name) => [name, 'reflect']),
  ...bordered.flatMap((name) => ['constant', 'wrap', 'symmetric', 'edge'].map((border) => [name, border])),
])('%s takes thin and flat patches, border %s', (name, border) => {
  for (const sides of [
    [1, 1],
    [1, 5],
    [1, 6, 6],
    [2, 3, 1],
  ])
    for (const value of [() => 0, () => -1, (at: number) => (at % 5) / 4 - 2]) {
      const given = pixelsOf(sides, value);
      const result = run(name, given, sides.length, { border });
      expectSound(result);
      if (name !== 'resized-crop') expect(result.image.shape).toEqual(given.image.shape);
    }
});

test.each([
  'affine',
  'elastic',
  'shear',
  'shift',
  'cutblur',
  'gaussian-blur',
  'median-blur',
  'motion-blur',
  'resized-crop',
  'missing-sections',
])('%s of a flat patch gives a flat patch', (name) => {
  const { image: picture } = run(
    name,
    pixelsOf([9, 12], () => 0.7),
    0,
    { border: 'reflect' },
  );
  for (const value of picture.data) expect(value).toBeCloseTo(0.7, 5);
});

test('masks and labels stay what they are after any of them in any order', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(names),
      fc.nat(1000),
      fc.constantFrom([12, 12], [3, 8, 10]),
      (row, sample, sides) => {
        let pixels = pixelsOf(sides, (at) => (at % 11) / 10);
        for (const name of row) if (name !== 'resized-crop') pixels = run(name, pixels, sample);
        expectSound(pixels);
        expect(pixels.image.shape).toEqual([...sides, 3]);
      },
    ),
    { numRuns: 40 },
  );
});

describe('whole numbers', () => {
  const bytes = (data: PixelArray, shape: readonly number[]): StepPixels => ({ image: image(data, shape) });

  test.each([
    ['cutnoise', Uint8Array.from({ length: 400 }, (_, i) => (i % 2 ? 255 : 0)), [20, 20, 1]],
    ['cutblur', new Uint8Array(400).fill(199), [20, 20, 1]],
  ])('stay in the range of their type: %s', (name, data, shape) => {
    for (let sample = 0; sample < 5; sample++) {
      const { image: picture } = run(name, bytes(data, shape), sample);
      // Noise of a tenth at most takes no pixel from white to black.
      for (let i = 0; i < data.length; i++)
        expect(Math.abs(picture.data[i] - data[i])).toBeLessThan(name === 'cutblur' ? 1 : 128);
    }
  });

  test('are rounded: grey, and the mean of a slice', () => {
    expect([...run('grayscale', bytes(Uint8Array.of(1, 2, 2), [1, 1, 3]), 0).image.data]).toEqual([2, 2, 2]);
    const { data } = run('missing-sections', bytes(Uint8Array.of(2, 2, 2, 2, 2, 2, 2, 2, 1), [3, 3, 1]), 0).image;
    expect([...data]).toEqual(new Array(9).fill(2));
  });

  test('of labels hold the objects of two patches', () => {
    const label = image(new Uint8Array(36).fill(200), [6, 6, 1]);
    const given: StepPixels = {
      image: image(new Float32Array(36), [6, 6, 1]),
      target: label,
      targetKinds: ['labels'],
      partner: { image: image(new Float32Array(36), [6, 6, 1]), target: label },
    };
    expect([...new Set(run('cutmix', given, 0).target!.data)].sort()).toEqual([200, 400]);
  });
});

test('a target that is not square is not turned by a quarter', () => {
  const target = image(new Float32Array(8 * 16), [8, 16, 1]);
  for (let sample = 0; sample < 8; sample++)
    expect(
      augmenters[0].step!.run(
        { image: image(new Float32Array(16), [4, 4, 1]), target },
        { ...checkParameters(augmenters[0].parameters, {}).parameters, quarterTurn: 1 } as never,
        new RandomStream({ seed: 1, sample }),
      ).target!.shape,
    ).toEqual([8, 16, 1]);
});

test('a finer target is moved as far as its image, whatever the border', () => {
  const fine = image(
    Float32Array.from({ length: 27 * 27 }, (_, i) => 1 + i),
    [27, 27, 1],
  );
  const { target } = run('shift', { image: image(new Float32Array(81), [9, 9, 1]), target: fine }, 0, {
    border: 'constant',
  });
  // A fifth of 9 pixels at most, and at least a tenth: one or two, of three in the target.
  const step = [3, 6].find((amount) => target!.data[amount * 28] === 1)!;
  for (let y = 0; y < 27; y++)
    for (let x = 0; x < 27; x++)
      expect(target!.data[y * 27 + x]).toBe(y < step || x < step ? 0 : 1 + (y - step) * 27 + x - step);
});
