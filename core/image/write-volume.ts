/** Writing an image chunk by chunk, also one that is read in parts. */

import { stridesOf } from './c-order.js';
import type { ArrayPlan, ArrayWriter } from './chunked-array.js';
import { copyRegion } from './copy-region.js';
import { readRegion } from './deferred.js';
import { allocate, channelCount, type Image, sizeOf } from './image.js';
import { gridBoxes } from './parts.js';

/** Longest side of a chunk along z, y, x: two hundred kilobytes to a megabyte, as viewers like it. */
const SIDE = 64;

/**
 * How an image is written: in the axes of the container it came from, with channels appended where it has more than one.
 *
 * @param from image whose axes and voxel size are taken.
 */
export function planVolume(picture: Image, from: Image, kind: 'image' | 'labels'): ArrayPlan {
  const spatial = picture.shape.slice(0, -1);
  const names = spatial.length === 3 ? 'ZYX' : 'YX';
  const known = from.metadata.fileAxes ?? '';
  let axes = /^[TCZYX]+$/.test(known) && [...names].every((letter) => known.includes(letter)) ? known : names;
  const channels = channelCount(picture);
  if (channels === 1 && sizeOf(from.shape.slice(-1)) > 1) axes = axes.replace('C', '');
  if (channels > 1 && !axes.includes('C')) axes += 'C';
  const sides: Record<string, number> = { T: 1, C: channels };
  for (const [i, letter] of [...names].entries()) sides[letter] = spatial[i];
  const shape = [...axes].map((letter) => sides[letter]);
  const { spacing, unit } = picture.metadata;
  return {
    shape,
    chunk: [...axes].map((letter, axis) => (letter === 'C' ? 1 : Math.min(shape[axis], SIDE))),
    dtype: picture.dtype,
    axes,
    kind,
    metadata: { ...(spacing && { spacing }), ...(unit && { unit }) },
  };
}

/**
 * Writes an image in boxes along the chunks of a writer; one that is read in parts is read so. The writer is not closed.
 *
 * @throws what reading or writing throws; AbortedError when `signal` fires.
 */
export async function writeVolume(picture: Image, writer: ArrayWriter, signal?: AbortSignal): Promise<void> {
  const { axes, chunk, shape } = writer.plan;
  const names = picture.shape.length === 4 ? 'ZYXC' : 'YXC';
  const order = [...axes].map((letter) => names.indexOf(letter));
  const spatial = [...names].slice(0, -1).map((letter) => axes.indexOf(letter));
  const sides = spatial.map((axis) => shape[axis]);
  const steps = spatial.map((axis) => chunk[axis]);
  for (const box of gridBoxes(sides, steps)) {
    const part = await readRegion(picture, box, signal);
    const full = (values: readonly number[], channel: number) =>
      order.map((axis) => (axis < 0 ? channel : axis === names.length - 1 ? channel : values[axis]));
    const counts = order.map((axis) => (axis < 0 ? 1 : part.shape[axis]));
    const values = allocate(part.dtype, sizeOf(counts));
    const from = stridesOf(part.shape);
    copyRegion(
      { data: values, offset: 0, strides: stridesOf(counts) },
      { data: part.data, offset: 0, strides: order.map((axis) => (axis < 0 ? 0 : from[axis])) },
      counts,
    );
    await writer.write(full(box.start, 0), counts, values);
  }
}
