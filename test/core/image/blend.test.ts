import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Blender, blenderBytes, spline, taper } from '../../../core/image/blend.js';
import { fromHalves, toHalf } from '../../../core/image/half.js';
import { allocate, type DType, image, sizeOf } from '../../../core/image/image.js';
import { cutGeometry, patchBox, patchBoxes, readPatch, scaleGeometry } from '../../../core/image/patch.js';
import { formula, golden as numpy } from '../../fixtures/data/load.js';
import { golden } from '../../fixtures/image/load.js';

const axis = fc.integer({ min: 2, max: 12 }).chain((patch) =>
  fc
    .record({
      patch: fc.constant(patch),
      length: fc.integer({ min: patch, max: 26 }),
      padding: fc.integer({ min: 0, max: Math.max(Math.floor(patch / 2) - 1, 0) }),
      overlap: fc.constantFrom(0, 0.1, 0.25, 0.5, 0.75, 0.9),
    })
    .filter((a) => Math.trunc((patch - 2 * a.padding) * (1 - a.overlap)) >= 1),
);
const cut = fc.record({
  axes: fc.array(axis, { minLength: 2, maxLength: 3 }),
  channels: fc.integer({ min: 1, max: 2 }),
  weights: fc.constantFrom('plain' as const, 'taper' as const),
  dtype: fc.constantFrom<DType>('float32', 'uint8', 'uint16'),
  seed: fc.nat(1000),
  distinct: fc.boolean(),
});

function setUp({
  axes,
  channels,
  dtype,
  seed,
  distinct,
}: {
  axes: { patch: number; length: number; padding: number; overlap: number }[];
  channels: number;
  dtype: DType;
  seed: number;
  distinct: boolean;
}) {
  const shape = axes.map(({ length }) => length);
  const data = allocate(dtype, sizeOf(shape) * channels);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.sin(i * 12.9898 + seed) * (dtype === 'float32' ? 3 : 120) + (dtype === 'float32' ? 0 : 120);
  const geometry = cutGeometry(
    shape,
    axes.map(({ patch }) => patch),
    {
      overlap: axes.map(({ overlap }) => overlap),
      padding: axes.map(({ padding }) => padding),
      distinct,
    },
  );
  return { shape, picture: image(data, [...shape, channels]), geometry };
}

test('cutting and merging is the identity', () => {
  fc.assert(
    fc.property(cut, (settings) => {
      const { shape, picture, geometry } = setUp(settings);
      const blender = new Blender(shape, settings.channels, geometry, {
        weights: settings.weights,
        dtype: settings.dtype,
      });
      let index = 0;
      for (const box of patchBoxes(geometry)) blender.add(index++, readPatch(picture, box));
      expect(blender.result().data).toEqual(picture.data);
    }),
    { numRuns: 150 },
  );
});

test('with half the memory the result is that rounded to two bytes', () => {
  fc.assert(
    fc.property(cut, (settings) => {
      const { shape, geometry } = setUp(settings);
      const blend = (half: boolean) => {
        const blender = new Blender(shape, settings.channels, geometry, { weights: settings.weights, half });
        for (let index = 0; index < geometry.count; index++) {
          const size = [...patchBox(geometry, index).size, settings.channels];
          const values = Float32Array.from({ length: sizeOf(size) }, (_, i) => Math.sin(i * 7.1 + index * 3.3) * 5);
          blender.add(index, image(values, size));
        }
        return blender.result();
      };
      const [halved, whole] = [blend(true), blend(false)];
      expect(halved.dtype).toBe('float32');
      // Half a step of eleven binary digits, and what float32 sums add to it.
      const excess = Array.from(halved.data, (value, i) => {
        const exact = whole.data[i];
        return Math.abs(value - exact) - Math.abs(exact) * 2 ** -11 - 2e-6;
      });
      expect(Math.max(...excess)).toBeLessThanOrEqual(0);
      expect(fromHalves(Uint16Array.from(halved.data, toHalf))).toEqual(halved.data);
    }),
    { numRuns: 50 },
  );
});

test('the order of arrival changes no bit', () => {
  fc.assert(
    fc.property(cut, fc.infiniteStream(fc.nat(1000)), (settings, picks) => {
      const { shape, geometry } = setUp(settings);
      // Predictions that disagree where they overlap, so that the order of a sum would show.
      const predictions = Array.from({ length: geometry.count }, (_, index) => {
        const size = [...patchBox(geometry, index).size, settings.channels];
        return image(
          Float32Array.from({ length: sizeOf(size) }, (_, i) => Math.sin(i * 7.1 + index * 3.3)),
          size,
        );
      });
      const inOrder = new Blender(shape, settings.channels, geometry, { weights: settings.weights });
      predictions.forEach((prediction, index) => {
        inOrder.add(index, prediction);
      });
      const shuffled = new Blender(shape, settings.channels, geometry, { weights: settings.weights });
      const left = predictions.map((_, index) => index);
      while (left.length) {
        const [index] = left.splice(picks.next().value % left.length, 1);
        shuffled.add(index, predictions[index]);
      }
      expect(shuffled.waiting).toBe(0);
      expect(shuffled.result().data).toEqual(inOrder.result().data);
    }),
    { numRuns: 50 },
  );
});

describe('weights', () => {
  test.each(golden.spline as { size: number; weights: number[] }[])('2D spline of $size', ({ size, weights }) => {
    spline(size).forEach((weight, i) => {
      expect(weight).toBeCloseTo(weights[i], 12);
    });
  });
  test.each(golden.taper as { size: number; step: number; weights: number[] }[])(
    '3D taper of $size by $step',
    ({ size, step, weights }) => {
      taper(size, step).forEach((weight, i) => {
        expect(weight).toBeCloseTo(weights[i], 12);
      });
    },
  );
});

test('merging is the weighted mean of the reference formula', () => {
  const geometry = cutGeometry([10, 10], [6, 6], { overlap: [0.5, 0.5], padding: [1, 1] });
  const blender = new Blender([10, 10], 1, geometry);
  const sum = new Float64Array(100);
  const total = new Float64Array(100);
  const w = spline(4);
  for (let index = 0; index < geometry.count; index++) {
    blender.add(index, image(new Float32Array(36).fill(index), [6, 6, 1]));
    const { start } = patchBox(geometry, index);
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 4; x++) {
        const at = (start[0] + 1 + y) * 10 + start[1] + 1 + x;
        sum[at] += w[y] * w[x] * index;
        total[at] += w[y] * w[x];
      }
  }
  blender.result().data.forEach((value, i) => {
    expect(value).toBeCloseTo(sum[i] / total[i], 5);
  });
});

test('an upscaled prediction is merged at its own size', () => {
  const geometry = scaleGeometry(cutGeometry([5, 7], [4, 4], { padding: [1, 1] }), [2, 2]);
  const blender = new Blender([10, 14], 1, geometry);
  for (let index = 0; index < geometry.count; index++)
    blender.add(index, image(new Float32Array(64).fill(2), [8, 8, 1]));
  expect(new Set(blender.result().data)).toEqual(new Set([2]));
});

test('wrong, repeated and missing patches are refused', () => {
  const geometry = cutGeometry([8, 8], [4, 4]);
  const blender = new Blender([8, 8], 1, geometry);
  const patch = image(new Float32Array(16), [4, 4, 1]);
  blender.add(0, patch);
  expect(() => blender.add(0, patch)).toThrow(/came twice/);
  blender.add(3, patch);
  expect(blender.waiting).toBe(1);
  expect(() => blender.add(3, patch)).toThrow(/came twice/);
  expect(() => blender.add(4, patch)).toThrow(/no patch 4/);
  expect(() => blender.add(1, image(new Float32Array(32), [4, 4, 2]))).toThrow(/4×4×1 was expected/);
  expect(() => blender.result()).toThrow(/1 of 4.*patch 1/);
  expect(() => new Blender([9, 8], 1, geometry)).toThrow(/8×8.*9×8/);
});

test('bytes are those of the merged image and of one slab of sums', () => {
  const geometry = cutGeometry([100, 50, 50], [20, 50, 50], { padding: [2, 0, 0] });
  expect(blenderBytes([100, 50, 50], 3, geometry)).toBe(100 * 50 * 50 * 3 * 4 + 16 * 50 * 50 * 3 * 8);
});

test.each(numpy.cuts)(
  'patches of $patch of $shape, overlap $overlap and padding $padding, merged $weights: as in numpy',
  ({ shape, channels, patch, overlap, padding, weights, starts, sums, merged }) => {
    const picture = formula([...shape, channels], 'float32');
    const geometry = cutGeometry(shape, patch, { overlap, padding });
    expect(geometry.axes.map((axis) => [...axis.starts])).toEqual(starts);
    const blender = new Blender(shape, channels, geometry, { weights });
    for (const [index, box] of [...patchBoxes(geometry)].entries()) {
      const part = readPatch(picture, box);
      expect([...part.data].reduce((sum, value) => sum + value, 0)).toBeCloseTo(sums[index], 6);
      blender.add(
        index,
        image(
          part.data.map((value) => value + index),
          part.shape,
        ),
      );
    }
    const { data } = blender.result();
    expect(Math.max(...merged.map((value, i) => Math.abs(value - data[i])))).toBeLessThan(2e-5);
  },
);
