import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import {
  applySymmetry,
  compose,
  flip,
  identity,
  inverse,
  padToSquare,
  rot90,
  type Symmetry,
  swapYX,
  symmetryGroup,
} from '../../../core/image/symmetry.js';

function ramp(shape: number[]): Image {
  return image(
    Uint16Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  );
}

const small = ramp([2, 3, 1]);

test('flips and quarter turns are those of numpy', () => {
  expect(applySymmetry(small, flip(2, 0))).toMatchObject({ shape: [2, 3, 1], data: Uint16Array.of(3, 4, 5, 0, 1, 2) });
  expect(applySymmetry(small, flip(2, 1))).toMatchObject({ shape: [2, 3, 1], data: Uint16Array.of(2, 1, 0, 5, 4, 3) });
  expect(applySymmetry(small, swapYX(2))).toMatchObject({ shape: [3, 2, 1], data: Uint16Array.of(0, 3, 1, 4, 2, 5) });
  expect(applySymmetry(small, rot90(2, 1))).toMatchObject({ shape: [3, 2, 1], data: Uint16Array.of(2, 5, 1, 4, 0, 3) });
  expect(applySymmetry(small, rot90(2, 2))).toMatchObject({ shape: [2, 3, 1], data: Uint16Array.of(5, 4, 3, 2, 1, 0) });
  expect(applySymmetry(small, rot90(2, -1))).toMatchObject({
    shape: [3, 2, 1],
    data: Uint16Array.of(3, 0, 4, 1, 5, 2),
  });
  expect(applySymmetry(small, rot90(2, 4))).toBe(small);
});

describe.each([
  [2, 'full', 8],
  [2, 'flips', 4],
  [2, 'none', 1],
  [3, 'full', 16],
  [3, 'flips', 8],
  [3, 'none', 1],
] as const)('%dD group %s', (ndim, name, count) => {
  const group = symmetryGroup(ndim, name);
  const picture = ramp(ndim === 2 ? [4, 5, 2] : [3, 4, 5, 2]);
  const key = (symmetry: Symmetry) => JSON.stringify(symmetry);

  test(`has ${count} different members, the identity first`, () => {
    expect(new Set(group.map(key)).size).toBe(count);
    expect(group[0]).toEqual(identity(ndim));
    expect(new Set(group.map((symmetry) => applySymmetry(picture, symmetry).data.join())).size).toBe(count);
  });

  test('is closed, and z stays z', () => {
    const members = new Set(group.map(key));
    for (const a of group) for (const b of group) expect(members.has(key(compose(a, b)))).toBe(true);
    if (ndim === 3) for (const symmetry of group) expect(symmetry.axes[0]).toBe(0);
  });

  test('every member is undone by its inverse', () => {
    for (const symmetry of group) {
      const back = applySymmetry(applySymmetry(picture, symmetry), inverse(symmetry));
      expect(back).toEqual(picture);
    }
  });
});

test('applying a product is applying one after the other', () => {
  const group = symmetryGroup(3, 'full');
  const member = fc.constantFrom(...group);
  fc.assert(
    fc.property(member, member, (first, second) => {
      const picture = ramp([2, 3, 4, 2]);
      const twice = applySymmetry(applySymmetry(picture, first), second);
      expect(applySymmetry(picture, compose(second, first))).toEqual(twice);
    }),
  );
});

test('the voxel size follows its axes', () => {
  const spaced = image(new Uint8Array(24), [2, 3, 4, 1], { spacing: [3, 2, 1] });
  expect(applySymmetry(spaced, swapYX(3)).metadata.spacing).toEqual([3, 1, 2]);
});

describe('padding to a square', () => {
  test('reflects at the front', () => {
    const { picture, added } = padToSquare(small);
    expect(added).toEqual([1, 0]);
    expect(Array.from(picture.data)).toEqual([3, 4, 5, 0, 1, 2, 3, 4, 5]);
  });
  test('repeats the edge when the padding is as long as the axis', () => {
    expect(Array.from(padToSquare(ramp([1, 3, 1])).picture.data)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });
  test('is zero for vectors, and leaves z alone', () => {
    const { picture, added } = padToSquare(ramp([2, 3, 2, 1]), true);
    expect(added).toEqual([0, 0, 1]);
    expect(Array.from(picture.data.slice(0, 6))).toEqual([0, 0, 1, 0, 2, 3]);
  });
  test('leaves squares alone', () => expect(padToSquare(ramp([3, 3, 1])).picture.data.length).toBe(9));
});
