/**
 * Cutting images into patches: where the patches lie, and reading one when it is asked for.
 *
 * The geometry is BiaPy's: patches of fixed size, at least the wanted overlap, spread evenly, the last one pulled back
 * to the edge; every image may first be padded on both sides. All lists are per spatial axis, `[y, x]` or `[z, y, x]`.
 */

import { DataError } from '../errors.js';
import { type Border, pad, readBox } from './border.js';
import { placeAt } from './c-order.js';
import { type Box, type Image, spatialShape } from './image.js';

export type { Box } from './image.js';

/** The cut of one axis. */
export interface AxisCut {
  /** Length of the image. */
  readonly length: number;
  /** Length of a patch, padding included. */
  readonly patch: number;
  /** Padding on each side of the image, and the border that merging cuts from each side of a patch. */
  readonly padding: number;
  /** Distance between patches, but for the last. */
  readonly step: number;
  /** First pixel of every patch in the padded image, ascending. */
  readonly starts: readonly number[];
}

export interface PatchGeometry {
  readonly axes: readonly AxisCut[];
  /** Number of patches. */
  readonly count: number;
}

export interface CutOptions {
  /** Wanted overlap per axis as a fraction in [0, 1); default 0, the least overlap that covers the image. */
  overlap?: readonly number[];
  /** Pixels added on both sides of every axis; default 0. */
  padding?: readonly number[];
  /**
   * Drop patches at the same place. BiaPy keeps them (an axis as long as the patch with overlap 0.5 gives the same
   * patch twice); the merged image is the same without them.
   */
  distinct?: boolean;
  /** File that the image came from, for errors. */
  file?: string;
}

/**
 * Places patches of `patch` pixels over an image of `shape`. Throws DataError when a patch is longer than the image,
 * the padding is not below half a patch, or the overlap leaves no step.
 */
export function cutGeometry(
  shape: readonly number[],
  patch: readonly number[],
  { overlap = [], padding = [], distinct = false, file }: CutOptions = {},
): PatchGeometry {
  const axes = shape.map((length, axis) => {
    const names = shape.length === 2 ? 'yx' : 'zyx';
    const refuse = (reason: string): never => {
      throw new DataError(`${file ? `${file}: ` : ''}patches cannot be cut along ${names[axis]}: ${reason}`, {
        where: { file },
      });
    };
    return cutAxis(length, patch[axis], overlap[axis] ?? 0, padding[axis] ?? 0, distinct, refuse);
  });
  return { axes, count: axes.reduce((product, { starts }) => product * starts.length, 1) };
}

function cutAxis(
  length: number,
  patch: number,
  overlap: number,
  padding: number,
  distinct: boolean,
  refuse: (reason: string) => never,
): AxisCut {
  if (!(patch >= 1)) refuse(`a patch of ${patch} pixels is none.`);
  if (patch > length)
    refuse(`the patch (${patch}) is longer than the image (${length}). Use a smaller patch or complete the shape.`);
  if (!(overlap >= 0 && overlap < 1)) refuse(`an overlap of ${overlap} is outside [0, 1).`);
  if (padding < 0 || (padding > 0 && padding >= Math.floor(patch / 2)))
    refuse(`a padding of ${padding} is not below half of the patch (${patch}). Use less padding or larger patches.`);
  const wanted = Math.trunc((patch - 2 * padding) * (overlap === 0 ? 1 : 1 - overlap));
  if (wanted < 1) refuse(`overlap ${overlap} and padding ${padding} leave no step between patches of ${patch} pixels.`);

  const padded = length + 2 * padding;
  const count = Math.ceil(length / wanted);
  const excess = count === 1 ? 0 : (count - 1) * wanted + patch - padded;
  const shorter = count === 1 ? 0 : Math.floor(excess / (count - 1));
  const step = wanted - shorter;
  const rest = excess - shorter * (count - 1);
  // The rest of the excess is subtracted from every patch that reaches the end. That is the last one only, unless steps are
  // short for the number of patches (patches of 64 with half of them shared, images from 1025 pixels on): then those before
  // it are pulled back as far. BiaPy keeps them in the order of counting, and lets them start before an image that is hardly longer than a patch.
  const starts = Array.from({ length: count }, (_, i) =>
    i * step + patch < padded ? i * step : Math.max(i * step - rest, 0),
  ).sort((a, b) => a - b);
  return { length, patch, padding, step, starts: distinct ? [...new Set(starts)] : starts };
}

/** The box of patch `index`; z runs slowest, then y, then x. */
export function patchBox({ axes }: PatchGeometry, index: number): Box {
  const start = patchPosition(axes, index).map((i, axis) => axes[axis].starts[i] - axes[axis].padding);
  return { start, size: axes.map(({ patch }) => patch) };
}

/** Which patch of every axis patch `index` is. */
export function patchPosition(axes: readonly AxisCut[], index: number): number[] {
  return placeAt(
    index,
    axes.map(({ starts }) => starts.length),
  );
}

/** All boxes in the order of cutting. */
export function* patchBoxes(geometry: PatchGeometry): Generator<Box> {
  for (let index = 0; index < geometry.count; index++) yield patchBox(geometry, index);
}

/** Pixels of a box; outside the image there is `border`, numpy's reflect by default. */
export function readPatch(picture: Image, box: Box, border: Border = 'reflect'): Image {
  return readBox(picture, box.start, box.size, border);
}

/**
 * The part of a box inside a volume of `shape`, and how much of the box lies before and after it on every axis: what a
 * lazy volume reads from disk before it pads. Throws DataError when nothing of the box is inside.
 */
export function clipBox(box: Box, shape: readonly number[]): { inside: Box; before: number[]; after: number[] } {
  const start = box.start.map((first) => Math.max(first, 0));
  const end = box.start.map((first, axis) => Math.min(first + box.size[axis], shape[axis]));
  if (end.some((last, axis) => last <= start[axis]))
    throw new DataError(`box at ${box.start} of size ${box.size} lies outside a volume of shape ${shape}.`);
  return {
    inside: { start, size: end.map((last, axis) => last - start[axis]) },
    before: start.map((first, axis) => first - box.start[axis]),
    after: end.map((last, axis) => box.start[axis] + box.size[axis] - last),
  };
}

/** The geometry in pixels of an output that is `factor` times larger per axis (super-resolution). */
export function scaleGeometry({ axes, count }: PatchGeometry, factor: readonly number[]): PatchGeometry {
  const scaled = axes.map(({ length, patch, padding, step, starts }, axis) => ({
    length: length * factor[axis],
    patch: patch * factor[axis],
    padding: padding * factor[axis],
    step: step * factor[axis],
    starts: starts.map((start) => start * factor[axis]),
  }));
  return { axes: scaled, count };
}

/**
 * Reflects an image at the START of every axis that is shorter than the patch until it is as long
 * (`DATA.REFLECT_TO_COMPLETE_SHAPE`). `added` is what {@link dropStart} removes from the prediction.
 */
export function completeShape(picture: Image, patch: readonly number[]): { picture: Image; added: number[] } {
  const added = spatialShape(picture).map((side, axis) => Math.max(patch[axis] - side, 0));
  if (added.every((amount) => amount === 0)) return { picture, added };
  const none = added.map(() => 0);
  return { picture: pad(picture, added, none), added };
}

/** The last pixels of every axis, without the first `added` ones. */
export function dropStart(picture: Image, added: readonly number[]): Image {
  if (added.every((amount) => amount === 0)) return picture;
  const size = spatialShape(picture).map((side, axis) => side - added[axis]);
  return readBox(picture, added, size);
}

/**
 * Reflects an image at the END of every axis until the lengths divide by `divisor`, such as 2^levels of a U-Net
 * (`TEST.FULL_IMG`). Undone by {@link cropTo} the former shape.
 */
export function padToDivisible(picture: Image, divisor: number | readonly number[]): Image {
  const sides = spatialShape(picture);
  const after = sides.map((side, axis) => {
    const by = typeof divisor === 'number' ? divisor : divisor[axis];
    return (by - (side % by)) % by;
  });
  if (after.every((amount) => amount === 0)) return picture;
  return pad(
    picture,
    after.map(() => 0),
    after,
  );
}

/** The first `size` pixels of every axis. */
export function cropTo(picture: Image, size: readonly number[]): Image {
  if (spatialShape(picture).every((side, axis) => side === size[axis])) return picture;
  return readBox(
    picture,
    size.map(() => 0),
    size,
  );
}
