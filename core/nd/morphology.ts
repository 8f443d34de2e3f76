/**
 * Erosion and dilation, opening and closing, of grey images and masks in 2D and 3D.
 *
 * What lies outside the image counts for nothing: neither does it erode nor does it dilate.
 */

import { allocate, type Image, image, type PixelArray } from '../image/image.js';
import { type Footprint, type Run, runsOf } from './footprint.js';

/** The least value of each neighbourhood, `[[z,] y, x, c]`, each channel alone. */
export function erode(picture: Image, footprint: Footprint): Image {
  return extreme(picture, footprint, 'least');
}

/** The greatest value of each (mirrored) neighbourhood. */
export function dilate(picture: Image, footprint: Footprint): Image {
  return extreme(picture, footprint, 'greatest');
}

/** Erosion, then dilation: bright parts smaller than the footprint vanish. */
export function open(picture: Image, footprint: Footprint): Image {
  return dilate(erode(picture, footprint), footprint);
}

/** Dilation, then erosion: dark parts smaller than the footprint vanish. */
export function close(picture: Image, footprint: Footprint): Image {
  return erode(dilate(picture, footprint), footprint);
}

/**
 * Rows are worked on whole: the extremes of all runs of one length along x are found once, and rows of them are then
 * combined as the footprint has its runs.
 */
function extreme(picture: Image, footprint: Footprint, which: 'least' | 'greatest'): Image {
  const { data, shape, metadata, dtype } = picture;
  const axes = shape.length - 1;
  if (footprint.sides.length !== axes)
    throw new RangeError(`a neighbourhood of ${footprint.sides.length} axes does not fit an image of ${axes}`);
  const [depth, height, width, channels] = axes === 3 ? shape : [1, ...shape];
  const row = width * channels;
  // A dilation takes the neighbourhood mirrored, so that it undoes an erosion as far as that can be.
  const runs = runsOf(footprint).map(({ z, y, first, last }) =>
    which === 'least' ? { z, y, first, last } : { z: -z, y: -y, first: -last, last: -first },
  );
  const combine = which === 'least' ? takeLess : takeGreater;
  const ignored = extremeOf(data, which === 'least' ? takeGreater : takeLess);
  const result = allocate(dtype, data.length).fill(ignored);
  for (const [length, group] of groupByLength(runs)) {
    const found = runExtremes(data, row, channels, length, ignored, combine);
    const stride = row + (length - 1) * channels;
    for (const { z, y, first } of group) {
      // Runs of this row begin `from` values after the first run that touches it.
      const begin = Math.max(1 - length - first, 0) * channels;
      const end = Math.min(width - first, width) * channels;
      const from = (first + length - 1) * channels;
      for (let k = Math.max(-z, 0); k < Math.min(depth - z, depth); k++)
        for (let j = Math.max(-y, 0); j < Math.min(height - y, height); j++)
          combine(
            result,
            (k * height + j) * row + begin,
            found,
            ((k + z) * height + j + y) * stride + from + begin,
            end - begin,
          );
    }
  }
  return image(result, shape, metadata);
}

function groupByLength(runs: readonly Run[]): Map<number, Run[]> {
  const groups = new Map<number, Run[]>();
  for (const run of runs) {
    const length = run.last - run.first + 1;
    groups.set(length, [...(groups.get(length) ?? []), run]);
  }
  return groups;
}

/**
 * For each row the extremes of all runs of `length` pixels that touch it, from the one that holds its first pixel only to
 * the one that begins at its last. Runs double until they are long enough.
 */
function runExtremes(
  data: PixelArray,
  row: number,
  channels: number,
  length: number,
  ignored: number,
  combine: Combine,
): PixelArray {
  if (length === 1) return data;
  const margin = (length - 1) * channels;
  const stride = row + margin;
  const allocateLike = data.constructor as new (length: number) => PixelArray;
  const line = new allocateLike(row + 2 * margin);
  const result = new allocateLike((data.length / row) * stride);
  for (let from = 0, to = 0; from < data.length; from += row, to += stride) {
    line.fill(ignored);
    line.set(data.subarray(from, from + row), margin);
    let reach = 1;
    for (; 2 * reach <= length; reach *= 2) combine(line, 0, line, reach * channels, line.length - reach * channels);
    result.set(line.subarray(0, stride), to);
    if (reach < length) combine(result, to, line, (length - reach) * channels, stride);
  }
  return result;
}

/** Writes the extreme of two values, for `count` pairs. */
type Combine = (result: PixelArray, to: number, found: PixelArray, from: number, count: number) => void;

function takeLess(result: PixelArray, to: number, found: PixelArray, from: number, count: number): void {
  for (let i = 0; i < count; i++) if (found[from + i] < result[to + i]) result[to + i] = found[from + i];
}

function takeGreater(result: PixelArray, to: number, found: PixelArray, from: number, count: number): void {
  for (let i = 0; i < count; i++) if (found[from + i] > result[to + i]) result[to + i] = found[from + i];
}

function extremeOf(data: PixelArray, combine: Combine): number {
  const found = data.slice(0, 1);
  for (let i = 1; i < data.length; i++) combine(found, 0, data, i, 1);
  return found[0] ?? 0;
}
