/**
 * From the axes of a file to Biagraph's `yxc` / `zyxc`, and back to the `TZCYXS` of written TIFF files.
 *
 * Rules of BiaPy: named axes are followed where there are names; without names the smallest axis is taken for the
 * channels (2D, and 3D with four axes) or for z (3D with three axes).
 */

import { DataError } from '../errors.js';
import { stridesOf } from './c-order.js';
import { allocate, dtypeOf, type Image, type ImageMetadata, image, type PixelArray, sizeOf } from './image.js';
import type { RawImage } from './raw-image.js';

export type Dimensionality = '2D' | '3D';

/** Axis letters that mean channels: `S` are samples of one pixel, as in RGB. */
const CHANNEL_AXES = 'CS';
/** Axis letters that mean planes without a stated meaning: pages of a plain multi-page TIFF. */
const PAGE_AXES = 'IQ';

/**
 * Brings a file's pixels to `[y, x, c]` or `[z, y, x, c]`.
 *
 * Size-1 axes vanish first, except that a named z of length 1 is a volume of one plane. `file` only names the
 * culprit in errors. Throws DataError when the axes cannot be understood as an image of that dimensionality.
 */
export function toImage(raw: RawImage, ndim: Dimensionality, file = 'image'): Image {
  const order = imageOrder(raw, ndim, file);
  const shape = order.map((axes) => sizeOf(axes.map((axis) => raw.shape[axis])));
  const data = transpose(raw.data, raw.shape, order.flat());
  const metadata: ImageMetadata = { ...raw.metadata, fileShape: [...raw.shape] };
  if (raw.axes) metadata.fileAxes = raw.axes;
  if (metadata.spacing) metadata.spacing = fitSpacing(metadata.spacing, shape.length - 1);
  return image(data, shape, metadata);
}

/** The shape that {@link toImage} would give, from a header alone; the same errors. */
export function imageShape(header: FileAxes, ndim: Dimensionality, file = 'image'): number[] {
  return imageOrder(header, ndim, file).map((axes) => sizeOf(axes.map((axis) => header.shape[axis])));
}

export type FileAxes = Pick<RawImage, 'shape' | 'axes'>;

/** Whether {@link toImage} leaves the pixels where they are. Errors as there. */
export function keepsOrder(header: FileAxes, ndim: Dimensionality, file = 'image'): boolean {
  return inOrder(imageOrder(header, ndim, file).flat(), header.shape);
}

/** Whether the axes that are longer than 1 follow each other. */
function inOrder(order: readonly number[], shape: readonly number[]): boolean {
  const long = order.filter((axis) => shape[axis] > 1);
  return long.every((axis, i) => i === 0 || axis > long[i - 1]);
}

/** For every axis of the image, channels last, the axes of the file that make it up. Errors as {@link toImage}. */
export function imageOrder(raw: FileAxes, ndim: Dimensionality, file: string): number[][] {
  if (raw.shape.some((side) => side < 1)) throw unfit(raw, ndim, file, 'an axis has no pixels.');
  return ndim === '2D' ? planeOrder(raw, file) : volumeOrder(raw, file);
}

/** Axes of the file that make up y, x and c; absent ones are empty lists. */
function planeOrder(raw: FileAxes, file: string): number[][] {
  const kept = longAxes(raw, 'YX');
  const named = raw.axes;
  const y = named?.indexOf('Y') ?? -1;
  const x = named?.indexOf('X') ?? -1;
  const others = kept.filter((axis) => axis !== y && axis !== x);
  if (named && y >= 0 && x >= 0 && others.every((axis) => CHANNEL_AXES.includes(named[axis])))
    return [[y], [x], others];
  if (kept.length === 2) return [[kept[0]], [kept[1]], []];
  if (kept.length === 3) {
    const channels = smallest(kept, raw.shape, 2);
    const [row, column] = kept.filter((axis) => axis !== channels);
    return [[row], [column], [channels]];
  }
  throw unfit(raw, '2D', file, 'a 2D image has two axes, or three with channels.');
}

/** Axes of the file that make up z, y, x and c. */
function volumeOrder(raw: FileAxes, file: string): number[][] {
  if (raw.axes?.includes('Y') && raw.axes.includes('X')) return namedVolumeOrder(raw, raw.axes, file);
  const kept = longAxes(raw, '');
  if (kept.length === 3) {
    const planes = smallest(kept, raw.shape, 0);
    const [row, column] = kept.filter((axis) => axis !== planes);
    return [[planes], [row], [column], []];
  }
  if (kept.length === 4) {
    const channels = smallest(kept, raw.shape, 3);
    const [planes, row, column] = kept.filter((axis) => axis !== channels);
    return [[planes], [row], [column], [channels]];
  }
  throw unfit(raw, '3D', file, 'a 3D image has three axes, or four with channels.');
}

function namedVolumeOrder(raw: FileAxes, axes: string, file: string): number[][] {
  const planes: number[] = [];
  const channels: number[] = [];
  let stacked = axes.includes('Z');
  for (let axis = 0; axis < axes.length; axis++) {
    const letter = axes[axis];
    if (letter === 'Y' || letter === 'X') continue;
    if (CHANNEL_AXES.includes(letter)) channels.push(axis);
    else if (letter === 'Z' || raw.shape[axis] > 1) {
      planes.push(axis);
      stacked ||= letter === 'T' || PAGE_AXES.includes(letter);
    }
  }
  const long = planes.filter((axis) => raw.shape[axis] > 1);
  if (!stacked)
    throw unfit(
      raw,
      '3D',
      file,
      'a 3D image needs a z axis; this is one plane. Use a 2D workflow, or stack the planes.',
    );
  if (long.length > 1) throw unfit(raw, '3D', file, 'it has more than one stack axis. Save one volume per file.');
  return [planes, [axes.indexOf('Y')], [axes.indexOf('X')], channels];
}

/** Axes longer than 1, and always those named in `keep`. */
function longAxes(raw: FileAxes, keep: string): number[] {
  const axes = raw.shape.map((_, axis) => axis);
  const named = raw.axes;
  const always = (axis: number) => named !== undefined && keep.includes(named[axis]);
  const long = axes.filter((axis) => raw.shape[axis] > 1 || always(axis));
  // A single row or a single pixel is still a plane: give back trailing axes of length 1.
  for (let axis = axes.length - 1; axis >= 0 && long.length < 2; axis--) if (!long.includes(axis)) long.push(axis);
  return long.sort((a, b) => a - b);
}

/** The shortest of some axes; the one at `preferred` when it is among the shortest, else the first. */
function smallest(axes: number[], shape: number[], preferred: number): number {
  const least = Math.min(...axes.map((axis) => shape[axis]));
  return shape[axes[preferred]] === least ? axes[preferred] : axes.find((axis) => shape[axis] === least)!;
}

/** Spacing as `[y, x]` or `[z, y, x]`; an unknown z takes 1, as ImageJ does. */
export function fitSpacing(spacing: number[], axes: number): number[] {
  return spacing.length >= axes ? spacing.slice(-axes) : [...Array(axes - spacing.length).fill(1), ...spacing];
}

function unfit(raw: FileAxes, ndim: Dimensionality, file: string, reason: string): DataError {
  const axes = raw.axes ? ` (axes ${raw.axes})` : '';
  return new DataError(`${file}: shape ${raw.shape.join('×')}${axes} does not fit a ${ndim} workflow: ${reason}`, {
    where: { file },
  });
}

/**
 * Reorders axes as numpy's transpose followed by a copy: axis `i` of the result is axis `order[i]` of `data`.
 * Axes missing from `order` must have length 1. Returns `data` itself when nothing moves.
 */
export function transpose(data: PixelArray, shape: readonly number[], order: readonly number[]): PixelArray {
  const strides = stridesOf(shape);
  if (inOrder(order, shape)) return data;
  const long = order.filter((axis) => shape[axis] > 1);
  const sides = long.map((axis) => shape[axis]);
  const steps = long.map((axis) => strides[axis]);
  const result = allocate(dtypeOf(data), data.length);
  const last = sides.length - 1;
  const index = new Array<number>(last + 1).fill(0);
  let from = 0;
  for (let to = 0; to < result.length; ) {
    for (let i = 0, at = from; i < sides[last]; i++, at += steps[last]) result[to++] = data[at];
    for (let axis = last - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < sides[axis]) break;
      from -= steps[axis] * sides[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/** Shape of an image in the axes of a written TIFF, and where its planes go. */
export interface FileLayout {
  /** `[t, z, c, y, x, s]`; s is always 1. */
  shape: [number, number, number, number, number, number];
  axes: 'TZCYXS';
}

/**
 * The `TZCYXS` shape under which BiaPy writes an image: planes go to z, except that a stack read from a file whose
 * only stack axis was time goes back to t. Planes follow each other in the order z (or t), then c.
 */
export function fileLayout(picture: Image): FileLayout {
  const [planes, y, x, c] = picture.shape.length === 3 ? [1, ...picture.shape] : picture.shape;
  const { fileAxes, fileShape } = picture.metadata;
  const length = (letter: string) => fileShape?.[fileAxes?.indexOf(letter) ?? -1] ?? 1;
  const time = planes > 1 && length('T') === planes && length('Z') === 1;
  return { shape: time ? [planes, 1, c, y, x, 1] : [1, planes, c, y, x, 1], axes: 'TZCYXS' };
}

/** One channel of one plane of an image as a contiguous `y × x` array; `plane` is 0 in 2D. */
export function planeOf(picture: Image, plane: number, channel: number): PixelArray {
  const [y, x, channels] = picture.shape.slice(-3);
  const start = plane * y * x * channels;
  if (channels === 1) return picture.data.subarray(start, start + y * x);
  const result = allocate(picture.dtype, y * x);
  for (let i = 0, from = start + channel; i < result.length; i++, from += channels) result[i] = picture.data[from];
  return result;
}
