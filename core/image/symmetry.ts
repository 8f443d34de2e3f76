/**
 * Flips, quarter turns and their products as signed permutations of the spatial axes.
 *
 * Used by test-time augmentation and by augmentation. Channel values are not touched: channels that mean a direction
 * must be remapped by whoever knows what they mean, with `axes` and `flips` of the symmetry.
 */

import { type Border, pad } from './border.js';
import { allocate, type Image, image, spatialShape } from './image.js';

/** Axis `i` of the result is axis `axes[i]` of the source, read backwards when `flips[i]`. */
export interface Symmetry {
  readonly axes: readonly number[];
  readonly flips: readonly boolean[];
}

/** `full` swaps y and x and flips every axis (8 in 2D, 16 in 3D), `flips` only flips (4, 8), `none` is the identity. */
export type SymmetryGroup = 'full' | 'flips' | 'none';

/** The symmetry that changes nothing. */
export function identity(ndim: number): Symmetry {
  return { axes: Array.from({ length: ndim }, (_, axis) => axis), flips: new Array(ndim).fill(false) };
}

/** Reverses one axis. */
export function flip(ndim: number, axis: number): Symmetry {
  const { axes } = identity(ndim);
  return { axes, flips: axes.map((other) => other === axis) };
}

/** Exchanges y and x, the last two axes. */
export function swapYX(ndim: number): Symmetry {
  const { axes, flips } = identity(ndim);
  return { axes: [...axes.slice(0, -2), ndim - 1, ndim - 2], flips };
}

/** `quarters` turns by 90°, as numpy's `rot90` in the (y, x) plane: anticlockwise on the screen. */
export function rot90(ndim: number, quarters: number): Symmetry {
  const turn = compose(flip(ndim, ndim - 2), swapYX(ndim));
  let result = identity(ndim);
  for (let i = 0; i < ((quarters % 4) + 4) % 4; i++) result = compose(turn, result);
  return result;
}

/** First `first`, then `second`. */
export function compose(second: Symmetry, first: Symmetry): Symmetry {
  return {
    axes: second.axes.map((axis) => first.axes[axis]),
    flips: second.axes.map((axis, i) => first.flips[axis] !== second.flips[i]),
  };
}

/** The symmetry that undoes another. */
export function inverse(symmetry: Symmetry): Symmetry {
  const axes = symmetry.axes.map((_, axis) => symmetry.axes.indexOf(axis));
  return { axes, flips: axes.map((axis) => symmetry.flips[axis]) };
}

/** All symmetries of a test-time augmentation group, the identity first; z never changes place with y or x. */
export function symmetryGroup(ndim: 2 | 3, group: SymmetryGroup): Symmetry[] {
  let symmetries = [identity(ndim)];
  if (group === 'none') return symmetries;
  if (group === 'full') symmetries.push(swapYX(ndim));
  for (let axis = 0; axis < ndim; axis++)
    symmetries = symmetries.flatMap((symmetry) => [symmetry, compose(flip(ndim, axis), symmetry)]);
  return symmetries;
}

/** Whether images that are not square change shape. */
export function swaps(symmetry: Symmetry): boolean {
  return symmetry.axes.some((axis, i) => axis !== i);
}

/** Applies a symmetry to `[y, x, c]` or `[z, y, x, c]`; the voxel size follows its axes. */
export function applySymmetry(picture: Image, symmetry: Symmetry): Image {
  if (!swaps(symmetry) && symmetry.flips.every((flipped) => !flipped)) return picture;
  const sides = spatialShape(picture);
  const channels = picture.shape[picture.shape.length - 1];
  const strides = sides.map((_, axis) => sides.slice(axis + 1).reduce((product, side) => product * side, channels));
  const shape = symmetry.axes.map((axis) => sides[axis]);
  const steps = symmetry.axes.map((axis, i) => (symmetry.flips[i] ? -strides[axis] : strides[axis]));
  const origin = symmetry.axes.reduce(
    (sum, axis, i) => sum + (symmetry.flips[i] ? (sides[axis] - 1) * strides[axis] : 0),
    0,
  );
  const [nz, ny, nx] = shape.length === 3 ? shape : [1, ...shape];
  const [sz, sy, sx] = steps.length === 3 ? steps : [0, ...steps];
  const { data } = picture;
  const result = allocate(picture.dtype, data.length);
  let to = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      let from = origin + z * sz + y * sy;
      // Rows that stay rows are copied, and turned round where they run backwards.
      if (sx === channels || sx === -1) {
        const first = sx === -1 ? from - nx + 1 : from;
        const row = result.subarray(to, to + nx * channels);
        row.set(data.subarray(first, first + nx * channels));
        if (sx === -1) row.reverse();
        to += nx * channels;
        continue;
      }
      for (let x = 0; x < nx; x++, from += sx) for (let c = 0; c < channels; c++) result[to++] = data[from + c];
    }
  const { spacing } = picture.metadata;
  const metadata =
    spacing && swaps(symmetry)
      ? { ...picture.metadata, spacing: symmetry.axes.map((axis) => spacing[axis]) }
      : picture.metadata;
  return image(result, [...shape, channels], metadata);
}

/**
 * Pads y and x at the front to a square, as test-time augmentation with swaps needs. The border is reflected, or its
 * edge repeated when the padding is as long as the axis, or zero where channels are vectors. `added` is per axis.
 */
export function padToSquare(picture: Image, vectors = false): { picture: Image; added: number[] } {
  const sides = spatialShape(picture);
  const longest = Math.max(...sides.slice(-2));
  const added = sides.map((side, axis) => (axis < sides.length - 2 ? 0 : longest - side));
  if (added.every((amount) => amount === 0)) return { picture, added };
  const border: Border = vectors ? 'zero' : added.some((amount, axis) => amount >= sides[axis]) ? 'edge' : 'reflect';
  return {
    picture: pad(
      picture,
      added,
      added.map(() => 0),
      border,
    ),
    added,
  };
}
