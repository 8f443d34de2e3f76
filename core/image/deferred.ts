/**
 * Images whose pixels are read when they are needed: volumes that are larger than memory, or that would be read in vain.
 *
 * A deferred image is an {@link Image} with a source in place of pixels. Steps that can work on any part alike pass it on
 * with {@link mapImage}; those that need it whole fail with a message that says so.
 */
import { DataError } from '../errors.js';
import { gather, runOf } from '../nd/zoom.js';
import { pad, reflectIndex } from './border.js';
import { requireFinite } from './finite.js';
import {
  type Box,
  type DType,
  type Image,
  type ImageMetadata,
  image,
  type PixelArray,
  type PixelSource,
} from './image.js';
import { clipBox, completeShape, dropStart, readPatch } from './patch.js';

/** An image that is read from `source`. Asking for its `data` throws DataError. */
export function deferred(source: PixelSource): Image {
  const { shape, dtype, metadata, file } = source;
  return {
    get data(): PixelArray {
      throw new DataError(
        `${file}: this image of ${shape.join('×')} is read in parts, but a step of the workflow works on whole images. ` +
          'Leave that step out, or convert the image to TIFF.',
        { where: { file } },
      );
    },
    shape,
    dtype,
    metadata,
    source,
  };
}

/** Pixels of a box of any image; outside there is numpy's reflect border. */
export async function readRegion(picture: Image, box: Box, signal?: AbortSignal): Promise<Image> {
  return picture.source ? picture.source.read(box, signal) : readPatch(picture, box);
}

/**
 * `work` done on the pixels of an image, or, where it is deferred, on every part of it that is read: its result must then
 * not depend on more than the part. `work` keeps the shape; `into` says what else changes.
 */
export function mapImage(
  picture: Image,
  work: (part: Image) => Image,
  into: { dtype?: DType; channels?: number } = {},
): Image {
  const { source } = picture;
  if (!source) return work(picture);
  const { dtype = source.dtype, channels = source.shape[source.shape.length - 1] } = into;
  return deferred({
    ...view(source),
    shape: [...source.shape.slice(0, -1), channels],
    dtype,
    read: async (box, signal) => work(await source.read(box, signal)),
  });
}

/** The same pixels with other metadata. */
export function withMetadata(picture: Image, metadata: ImageMetadata): Image {
  const { source } = picture;
  if (!source) return image(picture.data, picture.shape, metadata);
  const read = async (box: Box, signal?: AbortSignal) => withMetadata(await source.read(box, signal), metadata);
  return deferred({ ...view(source), metadata, read });
}

/** As {@link completeShape}, for deferred images too. */
export function completeImage(picture: Image, patch: readonly number[]): { picture: Image; added: number[] } {
  const { source } = picture;
  if (!source) return completeShape(picture, patch);
  const added = source.shape.slice(0, -1).map((side, axis) => Math.max(patch[axis] - side, 0));
  return { picture: added.every((amount) => amount === 0) ? picture : shifted(picture, source, added, 1), added };
}

/** As {@link dropStart}, for deferred images too. */
export function dropAdded(picture: Image, added: readonly number[]): Image {
  const { source } = picture;
  if (!source) return dropStart(picture, added);
  return added.every((amount) => amount === 0) ? picture : shifted(picture, source, added, -1);
}

/** A source over what a container holds inside its bounds: clips boxes, reflects, and refuses NaN. */
export function boundedSource(
  parts: Omit<PixelSource, 'read'> & { inside(box: Box, signal?: AbortSignal): Promise<Image> },
): PixelSource {
  const { inside, ...rest } = parts;
  const sides = rest.shape.slice(0, -1);
  return {
    ...rest,
    async read(box, signal) {
      const finite = async (wanted: Box): Promise<Image> => {
        const part = await inside(wanted, signal);
        requireFinite(part, rest.file);
        return part;
      };
      if (reachesFar(box, sides)) return readMirrored(box, sides, finite);
      const { inside: clipped, before, after } = clipBox(box, sides);
      const part = await finite(clipped);
      return [...before, ...after].every((amount) => amount === 0) ? part : pad(part, before, after);
    },
  };
}

/** Of a box outside of which more lies than it can reflect itself: what is reflected lies deeper inside, or the box lies all outside. */
async function readMirrored(box: Box, sides: readonly number[], read: (box: Box) => Promise<Image>): Promise<Image> {
  const tables = sides.map((side, axis) =>
    Int32Array.from({ length: box.size[axis] }, (_, i) => reflectIndex(box.start[axis] + i, side)),
  );
  const runs = tables.map(runOf);
  const part = await read({ start: runs.map(([first]) => first), size: runs.map(([, length]) => length) });
  return gather(
    part,
    tables.map((table, axis) => table.map((at) => at - runs[axis][0])),
  );
}

/** What an image is whose boxes are each made of a box of another image. Boxes lie inside of their image. */
export interface MadeOf {
  shape: readonly number[];
  dtype: DType;
  metadata: ImageMetadata;
  /** The box that a box is made of. */
  origin(box: Box): Box;
  /** The pixels of a box. */
  inside(box: Box, signal?: AbortSignal): Promise<Image>;
}

/** An image that is made of `source`, box by box; what is expected of it is expected of the source. */
export function madeOf(source: PixelSource, { origin, ...rest }: MadeOf): Image {
  const sides = rest.shape.slice(0, -1);
  return deferred(
    boundedSource({
      ...rest,
      file: source.file,
      ...(source.expect && {
        expect: (boxes: Iterable<Box>) =>
          source.expect?.(Array.from(boxes, (box) => origin(clipBox(box, sides).inside))),
      }),
    }),
  );
}

/** Whether more of a box lies outside, on one side of an axis, than what is inside of it can reflect. */
function reachesFar({ start, size }: Box, sides: readonly number[]): boolean {
  return sides.some((side, axis) => {
    const end = start[axis] + size[axis];
    const inside = Math.min(end, side) - Math.max(start[axis], 0);
    const outside = Math.max(-start[axis], end - side, 0);
    return outside > 0 && outside > inside - 1;
  });
}

function shifted(picture: Image, source: PixelSource, added: readonly number[], sign: 1 | -1): Image {
  const sides = source.shape.slice(0, -1).map((side, axis) => side + sign * added[axis]);
  const move = ({ start, size }: Box): Box => ({ start: start.map((at, axis) => at - sign * added[axis]), size });
  return deferred({
    ...view(source),
    shape: [...sides, picture.shape[picture.shape.length - 1]],
    read: (box, signal) => source.read(move(box), signal),
    ...(source.expect && {
      expect: (boxes: Iterable<Box>) => source.expect?.(Array.from(boxes, move)),
    }),
  });
}

/** What a source is, without what keeps it; another `read` may take the place of its own. */
export function view(source: PixelSource): PixelSource {
  const { shape, dtype, metadata, file, expect } = source;
  return { shape, dtype, metadata, file, read: source.read, ...(expect && { expect }) };
}
