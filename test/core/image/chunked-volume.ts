import fc from 'fast-check';
import { arraySource } from '../../../core/image/array-source.js';
import { stridesOf } from '../../../core/image/c-order.js';
import { ChunkCache } from '../../../core/image/chunk-cache.js';
import { deferred, readRegion } from '../../../core/image/deferred.js';
import { type Box, type Image, image, spatialShape } from '../../../core/image/image.js';
import { gridBoxes } from '../../../core/image/parts.js';
import { readPatch } from '../../../core/image/patch.js';

/** The same volume `[z, y, x, c]`, read in parts from chunks of some sides. */
export function inChunks(picture: Image, sides: readonly number[]): Image {
  const { shape, dtype, metadata } = picture;
  const chunk = [...sides, shape[3]];
  const array = {
    file: 'volume.zarr',
    shape: shape.length === 4 ? shape : [...shape],
    chunk,
    dtype,
    axes: 'ZYXC',
    metadata,
    attributes: {},
    fill: 0,
    readChunk: async (position: readonly number[]) => {
      const start = position.slice(0, 3).map((at, axis) => at * sides[axis]);
      const size = start.map((at, axis) => Math.min(sides[axis], shape[axis] - at));
      const { data, shape: found } = readPatch(picture, { start, size });
      return { data, strides: stridesOf(found) };
    },
    close: async () => {},
  };
  return deferred(arraySource(new ChunkCache(1e6).add(array), '3D'));
}

/** All of an image that is read in parts, joined of boxes of some sides, which are told ahead as a pass does. */
export async function joined(picture: Image, steps: readonly number[]): Promise<Image> {
  const sides = spatialShape(picture);
  const channels = picture.shape[3];
  const boxes = [...gridBoxes(sides, steps)];
  picture.source?.expect?.(boxes);
  const parts: { box: Box; part: Image }[] = [];
  for (const box of boxes) parts.push({ box, part: await readRegion(picture, box) });
  const First = parts[0].part.data.constructor as new (length: number) => Image['data'];
  const data = new First(sides.reduce((product, side) => product * side, channels));
  for (const { box, part } of parts)
    for (let z = 0, from = 0; z < box.size[0]; z++)
      for (let y = 0; y < box.size[1]; y++, from += box.size[2] * channels) {
        const to = (((box.start[0] + z) * sides[1] + box.start[1] + y) * sides[2] + box.start[2]) * channels;
        data.set(part.data.subarray(from, from + box.size[2] * channels), to);
      }
  return image(data, picture.shape, picture.metadata);
}

/** Sides of a small volume, of a chunk, or of a part. */
export const sidesUpTo = (most: number) => {
  const side = fc.integer({ min: 1, max: most });
  return fc.tuple(side, side, side);
};

/** A volume of one or two channels with pixels of any value. */
export function volumes(most: number, Values: new (values: number[]) => Image['data'] = Uint8Array) {
  const unit = Values === (Float32Array as unknown) || Values === (Float64Array as unknown) ? 7 : 1;
  return fc.tuple(sidesUpTo(most), fc.integer({ min: 1, max: 2 })).chain(([sides, channels]) =>
    fc
      .array(fc.integer({ min: 0, max: 255 }), {
        minLength: sides[0] * sides[1] * sides[2] * channels,
        maxLength: sides[0] * sides[1] * sides[2] * channels,
      })
      .map((values) => image(new Values(values.map((value) => value / unit)), [...sides, channels])),
  );
}
