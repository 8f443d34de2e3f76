/**
 * Zoom by the nearest pixel, as `scipy.ndimage.zoom` does with `order=0, mode='nearest'`: the centres of the first and of the
 * last pixel stay where they are.
 */
import { roundHalfEven } from '../image/cast.js';
import { type Box, type Image, image, sizeOf, spatialShape } from '../image/image.js';

/**
 * Sides of a zoomed image, per spatial axis: `side · factor`, rounded as Python does, halves to the even number.
 *
 * @throws RangeError for a factor that is not above 0, or that leaves nothing of an axis.
 */
export function zoomedSides(sides: readonly number[], factors: readonly number[]): number[] {
  return sides.map((side, axis) => {
    const factor = factors[axis];
    const zoomed = factor > 0 ? roundHalfEven(side * factor) : 0;
    if (zoomed >= 1) return zoomed;
    throw new RangeError(`a zoom of ${factor} leaves nothing of an axis of ${side} pixels`);
  });
}

/** Which pixel of an axis of `from` pixels each one of `count` pixels from `first` on shows, of an axis of `to` pixels. */
export function zoomIndices(from: number, to: number, first = 0, count = to): Int32Array {
  const step = to === 1 ? 1 : (from - 1) / (to - 1);
  return Int32Array.from({ length: count }, (_, i) => Math.min(Math.floor((first + i) * step + 0.5), from - 1));
}

/** The part of an image that a box inside of its zoomed form, of `sides`, is made of. */
export function zoomOrigin(shape: readonly number[], sides: readonly number[], { start, size }: Box): Box {
  const ends = start.map((first, axis) => {
    const [low] = zoomIndices(shape[axis], sides[axis], first, 1);
    const [high] = zoomIndices(shape[axis], sides[axis], first + size[axis] - 1, 1);
    return [low, high - low + 1];
  });
  return { start: ends.map(([low]) => low), size: ends.map(([, length]) => length) };
}

/** `[[z,] y, x, c]` in `sides`, `[[z,] y, x]`; type and channels stay. */
export function zoomTo(picture: Image, sides: readonly number[]): Image {
  return gather(
    picture,
    sides.map((to, axis) => zoomIndices(picture.shape[axis], to)),
  );
}

/** A box of a zoomed image out of the part that {@link zoomOrigin} names. @param shape of the whole image. */
export function zoomPart(part: Image, shape: readonly number[], sides: readonly number[], box: Box): Image {
  const { start } = zoomOrigin(shape, sides, box);
  return gather(
    part,
    sides.map((to, axis) =>
      zoomIndices(shape[axis], to, box.start[axis], box.size[axis]).map((index) => index - start[axis]),
    ),
  );
}

/** The run of an axis that holds all places of a table: its first place, and its length. */
export function runOf(table: Int32Array): [first: number, length: number] {
  let [first, last] = [table[0], table[0]];
  for (const place of table) {
    if (place < first) first = place;
    if (place > last) last = place;
  }
  return [first, last - first + 1];
}

/** The pixels at the places of a table for each spatial axis. */
export function gather(picture: Image, tables: readonly Int32Array[]): Image {
  const { data, shape, metadata } = picture;
  const channels = shape[shape.length - 1];
  const [height, width] = spatialShape(picture).slice(-2);
  const [rows, columns] = tables.slice(-2);
  const planes = tables.length === 3 ? tables[0] : [0];
  const size = tables.map(({ length }) => length);
  const result = new (data.constructor as new (length: number) => Image['data'])(sizeOf(size) * channels);
  let to = 0;
  for (const plane of planes)
    for (const row of rows) {
      const line = (plane * height + row) * width;
      for (const column of columns) {
        const from = (line + column) * channels;
        for (let c = 0; c < channels; c++) result[to++] = data[from + c];
      }
    }
  return image(result, [...size, channels], metadata);
}
