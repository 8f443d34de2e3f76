/**
 * Images made of other images that are read in parts: every box of the result is made of a bounded box of what it is made of, so it
 * is the same as that box of the result made of the whole.
 */
import { MemoryError } from '../errors.js';
import { formatBytes, MemoryBudget } from '../job/memory.js';
import { stridesOf } from './c-order.js';
import { copyRegion } from './copy-region.js';
import { madeOf } from './deferred.js';
import {
  allocate,
  type Box,
  type DType,
  type Image,
  type ImageMetadata,
  image,
  sizeOf,
  spatialShape,
} from './image.js';
import { readPatch } from './patch.js';

/** How a box of a result is made. Boxes lie inside of their image. */
export interface PartWork {
  /** What is done, for messages: 'a median over 5×5×5 pixels'. */
  what: string;
  /** The box that a box of the result is made of. */
  origin(box: Box): Box;
  /** @param part pixels of `origin`. @returns the pixels of `box`. */
  make(part: Image, box: Box, origin: Box): Image;
  /** Bytes for each value of the origin and of the result while a box is made, beside the result. */
  bytesPerValue: number;
  /** Bytes that may be taken by all boxes that are made at the same time; a box that takes more is made piece by piece. */
  budget: number;
}

export interface MadeShape {
  /** `[[z,] y, x]`; default those of the image. */
  sides?: readonly number[];
  channels?: number;
  dtype?: DType;
  metadata?: ImageMetadata;
}

/**
 * The result of `work` on an image that is read in parts.
 *
 * @throws (when a part is read) MemoryError where the origin of a single pixel does not fit.
 */
export function madeInParts(picture: Image, work: PartWork, into: MadeShape = {}): Image {
  const source = picture.source!;
  const given = source.shape[source.shape.length - 1];
  const { sides = spatialShape(picture), channels = given, dtype = source.dtype } = into;
  const { metadata = source.metadata } = into;
  const room = new MemoryBudget(work.budget);

  async function make(box: Box, signal?: AbortSignal): Promise<Image> {
    const origin = work.origin(box);
    const bytes = work.bytesPerValue * (sizeOf(origin.size) * given + sizeOf(box.size) * channels);
    if (bytes > work.budget) return inHalves(box, bytes, signal);
    const lease = await room.lease(bytes, `${work.what} of ${source.file}`, signal);
    try {
      const made = work.make(await source.read(origin, signal), box, origin);
      return { ...made, metadata };
    } finally {
      lease.release();
    }
  }

  async function inHalves(box: Box, bytes: number, signal?: AbortSignal): Promise<Image> {
    const halves = halvesOf(box);
    if (!halves)
      throw new MemoryError(
        `${source.file}: ${work.what} looks at so many pixels that a single one takes ${formatBytes(bytes)}, more than the ` +
          `${formatBytes(work.budget)} that the memory budget leaves for it. Raise SYSTEM.MEMORY_BUDGET, or let it look less far.`,
        { where: { file: source.file, key: 'SYSTEM.MEMORY_BUDGET' } },
      );
    const result = image(allocate(dtype, sizeOf(box.size) * channels), [...box.size, channels], metadata);
    for (const half of halves) paste(await make(half, signal), half, result, box);
    return result;
  }

  return madeOf(source, {
    shape: [...sides, channels],
    dtype,
    metadata,
    origin: (box) => work.origin(box),
    inside: make,
  });
}

export interface HaloWork extends Pick<PartWork, 'what' | 'bytesPerValue' | 'budget'> {
  /** Pixels on both sides of each spatial axis that a result depends on. */
  halo: readonly number[];
}

/**
 * A filter that looks at the surroundings of each pixel, and past the ends of an image at its border alone. One that is read in parts
 * is filtered part by part, each with a halo that is cut off again.
 *
 * @param filter keeps sides, channels and type.
 */
export function mapWithHalo(picture: Image, filter: (part: Image) => Image, { halo, ...rest }: HaloWork): Image {
  if (!picture.source) return filter(picture);
  const sides = spatialShape(picture);
  return madeInParts(picture, {
    ...rest,
    // What a border shows beyond an end lies within the halo of the last pixel, too: no end is seen but the image's own.
    origin: ({ start, size }) => {
      const first = start.map((at, axis) => Math.max(at - halo[axis], 0));
      const end = start.map((at, axis) => Math.min(at + size[axis] + halo[axis], sides[axis]));
      return { start: first, size: end.map((last, axis) => last - first[axis]) };
    },
    make: (part, box, origin) =>
      readPatch(filter(part), { start: box.start.map((at, axis) => at - origin.start[axis]), size: box.size }),
  });
}

/** The halves of a box along its longest axis; undefined for a single pixel. */
function halvesOf({ start, size }: Box): Box[] | undefined {
  const longest = size.indexOf(Math.max(...size));
  const half = size[longest] >> 1;
  if (half === 0) return undefined;
  const cut = (first: number, length: number): Box => ({
    start: start.map((at, axis) => (axis === longest ? at + first : at)),
    size: size.map((side, axis) => (axis === longest ? length : side)),
  });
  return [cut(0, half), cut(half, size[longest] - half)];
}

function paste(part: Image, at: Box, whole: Image, of: Box): void {
  const strides = stridesOf(whole.shape);
  const offset = at.start.reduce((sum, first, axis) => sum + (first - of.start[axis]) * strides[axis], 0);
  copyRegion(
    { data: whole.data, offset, strides },
    { data: part.data, offset: 0, strides: stridesOf(part.shape) },
    part.shape,
  );
}
