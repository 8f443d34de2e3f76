import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stridesOf } from '../../../core/image/c-order.js';
import { channelSources, turnChannels } from '../../../core/image/directed-channels.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { applySymmetry, symmetryGroup } from '../../../core/image/symmetry.js';
import { directedLayout } from '../../../core/instances/directed-layout.js';
import { objectCrops } from '../../../core/instances/object-crops.js';
import { predictionLayout } from '../../../core/instances/prediction-layout.js';
import { targetChannels } from '../../../core/instances/target-channels.js';

type Options = Record<string, Record<string, unknown>>;

const directedOf = (letters: string[], axes: 2 | 3, options: Options = {}) =>
  directedLayout(predictionLayout(letters, options, {}, axes), options, axes);

/** Label images: up to four boxes, later ones over earlier ones, each without a corner, so that few are symmetric. */
const labelImages = (sides: number[]) =>
  fc
    .array(fc.tuple(...sides.map((side) => fc.tuple(fc.nat(side - 1), fc.integer({ min: 2, max: 6 })))), {
      ...{ minLength: 1, maxLength: 4 },
    })
    .map((boxes): Image => {
      const data = new Uint8Array(sizeOf(sides));
      for (const [i, box] of boxes.entries())
        for (let at = 0; at < data.length; at++) {
          const inside = stridesOf(sides).map((stride, axis) => (Math.floor(at / stride) % sides[axis]) - box[axis][0]);
          if (inside.some((place, axis) => place < 0 || place >= box[axis][1])) continue;
          if (inside.some((place) => place > 0) || box[0][1] < 3) data[at] = i + 1;
        }
      return image(data, [...sides, 1]);
    });

interface Turn {
  letters: string[];
  options?: Options;
  axes: 2 | 3;
  /** Largest difference that is allowed. */
  tolerance: number;
  /** Pixels of labels that are compared; all where it is left out. */
  compared?: (labels: Image) => Uint8Array;
}

/** Checks that a target that is turned is the target of turned labels, in every form that its channels can follow. @returns how many. */
function checkTurns({ letters, options = {}, axes, tolerance, compared }: Turn): number {
  const directed = directedOf(letters, axes, options);
  const forms = symmetryGroup(axes, 'full').filter((symmetry) => channelSources(symmetry, directed));
  const makes = (labels: Image) => targetChannels(labels, letters, options).target;
  const property = fc.property(labelImages(axes === 2 ? [13, 10] : [6, 9, 8]), (labels) => {
    const target = makes(labels);
    const chosen = compared?.(labels);
    for (const form of forms) {
      const expected = makes(applySymmetry(labels, form));
      const { picture, untold } = turnChannels(target, form, directed);
      const told = chosen && applySymmetry(image(chosen, labels.shape), form).data;
      const sides = picture.shape.slice(0, -1);
      const channels = picture.shape[axes];
      for (let i = 0; i < picture.data.length; i++) {
        const at = Math.floor(i / channels);
        const place = (axis: number) => Math.floor(at / stridesOf(sides)[axis]) % sides[axis];
        if (told?.[at] === 0) continue;
        if (untold.some(({ channel, axis, count }) => channel === i % channels && place(axis) < count)) continue;
        const away = Math.abs(picture.data[i] - expected.data[i]);
        if (away > tolerance)
          expect.fail(
            `channel ${i % channels} at ${sides.map((_, axis) => place(axis))}: ${picture.data[i]}, not ${expected.data[i]}, in ${JSON.stringify(form)}`,
          );
      }
    }
  });
  fc.assert(property, { numRuns: axes === 2 ? 40 : 12, seed: 7 });
  return forms.length;
}

describe('a target that is turned is the target of turned labels:', () => {
  test('affinities, but for the first pixels along a flipped axis', () => {
    const options = { A: { z_affinities: [1, 2], y_affinities: [1, 3], x_affinities: [1, 3] } };
    expect(checkTurns({ letters: ['A'], options, axes: 2, tolerance: 0 })).toBe(8);
    expect(checkTurns({ letters: ['A'], options, axes: 3, tolerance: 0 })).toBe(16);
  });

  test('rays', () => {
    expect(checkTurns({ letters: ['Db', 'R'], axes: 2, tolerance: 1e-5 })).toBe(8);
    // Numbers of rays without one that ends between two pixels, as at 60 degrees.
    expect(checkTurns({ letters: ['F', 'R'], options: { R: { nrays: 10 } }, axes: 2, tolerance: 1e-5 })).toBe(4);
  });

  // The pixel of an object that is nearest to its mean is one of two where the mean lies between them.
  test('flows of objects that have one pixel in the middle', () => {
    expect(checkTurns({ letters: ['F', 'Gv', 'Gh'], axes: 2, tolerance: 1e-3, compared: singleMiddles })).toBe(8);
    expect(checkTurns({ letters: ['F', 'Gv', 'Gh', 'Gz'], axes: 3, tolerance: 1e-3, compared: singleMiddles })).toBe(
      16,
    );
  });

  // They count from 1 on, and from a rounded centre that counts from 0 on: a mirrored object lies up to two pixels off.
  test('maps to centres, to two pixels', () => {
    const options = { H: { norm: false }, V: { norm: false }, Z: { norm: false } };
    expect(checkTurns({ letters: ['F', 'H', 'V'], options, axes: 2, tolerance: 2 })).toBe(8);
    expect(checkTurns({ letters: ['F', 'H', 'V', 'Z'], options, axes: 3, tolerance: 2 })).toBe(16);
  });

  test('all others are scalars', () => {
    const letters = ['F', 'B', 'C', 'Db', 'Dc', 'D', 'T', 'M'];
    expect(directedOf(letters, 3)).toEqual([]);
    expect(checkTurns({ letters, axes: 2, tolerance: 1e-5 })).toBe(8);
    expect(checkTurns({ letters, axes: 3, tolerance: 1e-5 })).toBe(16);
  });
});

test('an embedding has its components in the order x, y, z; widths have no sign', () => {
  expect(directedOf(['E_offset', 'E_sigma', 'E_seediness'], 3)).toEqual([
    { kind: 'vector', channels: [2, 1, 0], signed: true },
    { kind: 'vector', channels: [5, 4, 3], signed: false },
  ]);
});

test('places are those of the prediction', () => {
  const options = { Db: { val_type: 'discretize' } };
  expect(directedOf(['H', 'Db', 'V', 'R'], 2, options)).toMatchObject([
    { kind: 'vector', channels: [1, 0] },
    { kind: 'rays', first: 13 },
  ]);
});

/** 1 outside of objects, and in those whose mean is nearest to one pixel alone. */
function singleMiddles(labels: Image): Uint8Array {
  const chosen = new Uint8Array(labels.data.length).fill(1);
  for (const { region, mask, each } of objectCrops(labels, 0)) {
    const sides = mask.shape.slice(0, -1);
    const away: number[] = [];
    each((inCrop) => {
      const place = stridesOf(sides).map(
        (stride, axis) => (Math.floor(inCrop / stride) % sides[axis]) + region.start[axis],
      );
      if (mask.data[inCrop] !== 0) away.push(Math.hypot(...place.map((one, axis) => one - region.centroid[axis])));
    });
    const [nearest, next = Infinity] = away.sort((a, b) => a - b);
    if (next - nearest > 1e-9) continue;
    each((inCrop, inImage) => {
      if (mask.data[inCrop] !== 0) chosen[inImage] = 0;
    });
  }
  return chosen;
}
