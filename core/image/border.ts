/**
 * What lies outside an image: the borders of numpy's `pad`, for boxes that reach over the edge.
 */

import { stridesOf } from './c-order.js';
import { allocate, type Box, type Image, image, type PixelArray, sizeOf, spatialShape } from './image.js';

/**
 * `reflect` mirrors without repeating the edge and goes on mirroring when the box is larger than the image; `edge`
 * repeats the edge value; `zero` is 0. Face medians fill each side with one number, see {@link faceMedians}.
 */
export type Border = 'reflect' | 'edge' | 'zero' | FaceMedians;

/** For every spatial axis the fill before and after it. */
export interface FaceMedians {
  faces: readonly (readonly [number, number])[];
}

/** Position in `[0, size)` that numpy's reflect mode shows at `index`; repeats with period `2·(size − 1)`. */
export function reflectIndex(index: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const wrapped = ((index % period) + period) % period;
  return wrapped < size ? wrapped : period - wrapped;
}

/** Position in `[0, size)` where the edge pixel is doubled, numpy's symmetric mode; repeats with period `2·size`. */
export function symmetricIndex(index: number, size: number): number {
  const period = 2 * size;
  const wrapped = ((index % period) + period) % period;
  return wrapped < size ? wrapped : period - 1 - wrapped;
}

/**
 * Pixels of a box that may reach over the image.
 *
 * `start` and `size` are per spatial axis ([z,]y,x) in pixels of the image; `start` may be negative. All channels are
 * read. Returns a new image of shape `[...size, channels]` with the metadata of `picture`.
 */
export function readBox(
  picture: Image,
  start: readonly number[],
  size: readonly number[],
  border: Border = 'reflect',
): Image {
  const channels = picture.shape[picture.shape.length - 1];
  const sides = spatialShape(picture);
  const tables = sides.map((side, axis) => sources(start[axis], size[axis], side, border));
  const result = allocate(picture.dtype, sizeOf(size) * channels);
  const [y, x] = tables.slice(-2);
  const planes = tables.length === 3 ? tables[0] : Int32Array.of(0);
  const inside = picture.data;
  const [height, width] = sides.slice(-2);
  // Runs of consecutive columns are copied at once; a box inside the image is one run a row.
  const runs = consecutiveRuns(x);
  let to = 0;
  for (const plane of planes)
    for (const row of y) {
      if (plane >= 0 && row >= 0) {
        const origin = (plane * height + row) * width;
        for (const run of runs) {
          if (run.from < 0) continue;
          const at = (origin + run.from) * channels;
          const target = to + run.to * channels;
          if (run.length * channels < 16)
            for (let i = 0; i < run.length * channels; i++) result[target + i] = inside[at + i];
          else result.set(inside.subarray(at, at + run.length * channels), target);
        }
      }
      to += x.length * channels;
    }
  if (typeof border === 'object') fillFaces(result, start, size, sides, channels, border);
  return image(result, [...size, channels], picture.metadata);
}

/** Pads every spatial axis by its own amounts; see {@link readBox}. */
export function pad(picture: Image, before: readonly number[], after: readonly number[], border: Border = 'reflect') {
  const size = spatialShape(picture).map((side, axis) => before[axis] + side + after[axis]);
  return readBox(
    picture,
    before.map((amount) => -amount),
    size,
    border,
  );
}

/**
 * Medians of the outermost plane on both sides of every axis, over all channels: BiaPy's `TEST.MEDIAN_PADDING`.
 * Where two sides meet in a corner the later axis wins.
 */
export function faceMedians(picture: Image): FaceMedians {
  const sides = spatialShape(picture);
  const median = ({ start, size }: Box) => medianOf(readBox(picture, start, size).data);
  return { faces: facesOf(sides).map(([first, last]) => [median(first), median(last)] as const) };
}

/** For each axis the outermost planes on both sides. */
export function facesOf(sides: readonly number[]): (readonly [first: Box, last: Box])[] {
  const face = (axis: number, index: number): Box => ({
    start: sides.map((_, i) => (i === axis ? index : 0)),
    size: sides.map((side, i) => (i === axis ? 1 : side)),
  });
  return sides.map((side, axis) => [face(axis, 0), face(axis, side - 1)] as const);
}

/** The median of values, of an even number the mean of the two in the middle. The values are sorted. */
export function medianOf(values: PixelArray): number {
  const sorted = values.sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Source index of every position along one axis, -1 for outside. */
function sources(start: number, size: number, side: number, border: Border): Int32Array {
  return Int32Array.from({ length: size }, (_, i) => {
    const index = start + i;
    if (index >= 0 && index < side) return index;
    if (border === 'reflect') return reflectIndex(index, side);
    return border === 'edge' ? Math.min(Math.max(index, 0), side - 1) : -1;
  });
}

function consecutiveRuns(table: Int32Array): { from: number; to: number; length: number }[] {
  const runs: { from: number; to: number; length: number }[] = [];
  for (let i = 0; i < table.length; ) {
    let end = i + 1;
    while (end < table.length && (table[i] < 0 ? table[end] < 0 : table[end] === table[end - 1] + 1)) end++;
    runs.push({ from: table[i], to: i, length: end - i });
    i = end;
  }
  return runs;
}

function fillFaces(
  data: Image['data'],
  start: readonly number[],
  size: readonly number[],
  sides: readonly number[],
  channels: number,
  { faces }: FaceMedians,
): void {
  const value = (index: number, axis: number) => {
    const at = start[axis] + index;
    return at < 0 ? faces[axis][0] : at >= sides[axis] ? faces[axis][1] : undefined;
  };
  const strides = stridesOf(size);
  for (let pixel = 0; pixel < data.length / channels; pixel++) {
    let fill: number | undefined;
    for (let axis = size.length - 1; axis >= 0 && fill === undefined; axis--)
      fill = value(Math.floor(pixel / strides[axis]) % size[axis], axis);
    if (fill !== undefined) data.fill(fill, pixel * channels, (pixel + 1) * channels);
  }
}
