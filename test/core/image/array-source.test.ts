import { describe, expect, test } from 'vitest';
import { arrayAxes, arrayLayout } from '../../../core/image/array-source.js';

const array = (shape: number[], axes?: string) => ({ shape, file: 'a.zarr', ...(axes && { axes }) });

describe('letters of the axes', () => {
  test.each([
    [[5, 6, 7], undefined, undefined, 'ZYX'],
    [[2, 5, 6, 7], undefined, undefined, 'ZCYX'],
    [[6, 7], undefined, undefined, 'YX'],
    [[1, 5, 2, 6, 7], undefined, undefined, 'TZCYX'],
    [[5, 6, 7], 'CYX', undefined, 'CYX'],
    [[5, 6, 7], 'CYX', 'XYZ', 'XYZ'],
    [[5, 6, 7], undefined, 'ZYXC', 'ZYX'],
    [[5, 6, 7, 2], undefined, 'zyxc', 'ZYXC'],
  ])('of %j named %s with the order %s are %s', (shape, named, order, expected) => {
    expect(arrayAxes(array(shape, named), order)).toBe(expected);
  });

  test.each([
    [[1, 2, 3, 4], 'ZYX', /has 4 axes, but the order of axes is 'ZYX'/],
    [[5, 6, 7], 'ZZX', /Write one letter/],
    [[5, 6, 7], 'ABC', /Write one letter/],
    [[1, 1, 1, 5, 6, 7], undefined, /has 6 axes/],
  ])('of %j cannot be %s', (shape, order, message) => {
    expect(() => arrayAxes(array(shape), order)).toThrow(message);
  });
});

describe('layout of an image', () => {
  test('axes are found by name, missing channels count as one', () => {
    expect(arrayLayout(array([7, 6, 5]), '3D', 'XYZ')).toMatchObject({ order: [2, 1, 0, -1], shape: [5, 6, 7, 1] });
    expect(arrayLayout(array([3, 5, 6, 7]), '3D', 'CZYX')).toMatchObject({ order: [1, 2, 3, 0], shape: [5, 6, 7, 3] });
    expect(arrayLayout(array([3, 6, 7]), '2D', 'CYX')).toMatchObject({ order: [1, 2, 0], shape: [6, 7, 3] });
  });

  test('time stands in for z where z is missing or of one plane', () => {
    expect(arrayLayout(array([4, 1, 2, 6, 7]), '3D')).toMatchObject({ order: [0, 3, 4, 2], shape: [4, 6, 7, 2] });
    expect(arrayLayout(array([4, 6, 7]), '3D', 'TYX')).toMatchObject({ order: [0, 1, 2, -1], shape: [4, 6, 7, 1] });
  });

  test('two stacks in one, or none, are refused', () => {
    expect(() => arrayLayout(array([4, 5, 1, 6, 7]), '3D')).toThrow(
      /a\.zarr: shape 4×5×1×6×7 \(axes TZCYX\) .*more than one stack axis/,
    );
    expect(() => arrayLayout(array([6, 7]), '3D', 'YX')).toThrow(/a 3D image needs a z axis/);
  });
});
