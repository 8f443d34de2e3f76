/** A box of a chunked array, and putting the chunks that touch it to their places in the pixels of an image. */
import { chunksOf } from './chunk-cache.js';
import type { Chunk, ChunkedArray, ReadChunk } from './chunked-array.js';
import { type Copy, copyTogether } from './copy-region.js';
import { allocate, bytesPerValue, type PixelArray, sizeOf } from './image.js';
import { Scratches } from './scratch.js';

/** Plain data, so that threads can share the work. All lists have one element for each axis of the array. */
export interface ChunkRegion {
  readonly array: Pick<ChunkedArray, 'shape' | 'chunk' | 'dtype' | 'fill'>;
  readonly start: readonly number[];
  readonly size: readonly number[];
  /** Of the pixels that are filled. */
  readonly strides: readonly number[];
}

/** Copies what a chunk has of the region; without a chunk the fill value. */
export function placeChunk(
  region: ChunkRegion,
  position: readonly number[],
  chunk: Chunk | undefined,
  target: PixelArray,
): void {
  copyTogether(placing(region, position, chunk, target));
}

/** What is to be copied of a chunk, if anything. One for each chunk that is read: few objects are made. */
function placing(
  { array, start, size, strides }: ChunkRegion,
  position: readonly number[],
  chunk: Chunk | undefined,
  target: PixelArray,
): Copy[] {
  const counts = new Array<number>(position.length);
  let [to, from] = [0, 0];
  for (let axis = 0; axis < counts.length; axis++) {
    const origin = position[axis] * array.chunk[axis];
    const first = Math.max(origin, start[axis]);
    const end = Math.min(origin + array.chunk[axis], start[axis] + size[axis], array.shape[axis]);
    counts[axis] = end - first;
    to += (first - start[axis]) * strides[axis];
    if (chunk) from += (first - origin) * chunk.strides[axis];
  }
  const place = { data: target, offset: to, strides };
  if (!chunk) {
    const data = allocate(array.dtype, 1);
    data[0] = array.fill;
    return [{ to: place, from: { data, offset: 0, strides: strides.map(() => 0) }, counts }];
  }
  const { data, strides: stored } = chunk;
  if (data.buffer !== target.buffer) return [{ to: place, from: { data, offset: from, strides: stored }, counts }];
  // Read to its place; values in another order are to be moved within it.
  if (follow(counts, stored)) return [];
  return [{ to: place, from: { data: data.slice(), offset: from, strides: stored }, counts }];
}

/** Where a chunk belongs, if its values follow each other there; it may be stored with more of them. */
function placeOf(
  { array, start, size, strides }: ChunkRegion,
  position: readonly number[],
  target: PixelArray,
): Uint8Array | undefined {
  const first = position.map((at, axis) => at * array.chunk[axis]);
  const end = first.map((at, axis) => Math.min(at + array.chunk[axis], array.shape[axis]));
  if (first.some((at, axis) => at < start[axis] || end[axis] > start[axis] + size[axis])) return undefined;
  const counts = end.map((at, axis) => at - first[axis]);
  if (!follow(counts, strides)) return undefined;
  const at = target.byteOffset + offsetOf(first, start, strides) * target.BYTES_PER_ELEMENT;
  return new Uint8Array(target.buffer, at, sizeOf(counts) * target.BYTES_PER_ELEMENT);
}

/** Whether values of such sides lie one behind the other, the last axis fastest. */
function follow(counts: readonly number[], strides: readonly number[]): boolean {
  let dense = 1;
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    if (counts[axis] > 1 && strides[axis] !== dense) return false;
    dense *= counts[axis];
  }
  return true;
}

/** Chunks of a region that are read at the same time. */
export const TOGETHER = 4;

/**
 * Reads chunks and puts them to their places.
 *
 * @param strips chunks whose rows are written together; others may take from it too.
 * @param alone memory of a thread that has nothing else to do: it reads one chunk after the other.
 */
export async function fillRegion(
  region: ChunkRegion,
  strips: Iterable<Strip>,
  read: ReadChunk,
  target: PixelArray,
  { signal, alone }: { signal?: AbortSignal; alone?: Scratches } = {},
): Promise<void> {
  const rest = strips[Symbol.iterator]();
  const work = async (scratches: Scratches) => {
    for (let next = rest.next(); !next.done; next = rest.next()) {
      const copies: Copy[] = [];
      for (const [place, position] of next.value.entries()) {
        const scratch = scratches.at(place);
        scratch.place = placeOf(region, position, target);
        copies.push(...placing(region, position, await read(position, signal, scratch), target));
        scratch.place = undefined;
      }
      copyTogether(copies);
    }
  };
  if (alone) return work(alone);
  await Promise.all(Array.from({ length: TOGETHER }, () => work(new Scratches())));
}

/** Places of the chunks that touch a region. */
export function chunksOfRegion({ array, start, size }: ChunkRegion): Generator<number[]> {
  return chunksOf(array.chunk, start, size);
}

/** Places of chunks that follow each other along the rows of the pixels. */
export type Strip = readonly (readonly number[])[];

/** Rows of so many bytes are long enough. */
const LONG_ROW = 4096;
/** Bytes of the chunks of a strip, all of which stay in the processor's memory until they are copied. */
const MOST_STRIP = 2 ** 22;

/** The chunks that touch a region; those that have short rows in strips. */
export function* stripsOfRegion(region: ChunkRegion): Generator<Strip> {
  const { array, start, size } = region;
  const { axis, most } = stripOf(region);
  const last = Math.floor((start[axis] + size[axis] - 1) / array.chunk[axis]);
  const across = size.map((side, other) => (other === axis ? Math.min(side, 1) : side));
  for (const position of chunksOf(array.chunk, start, across))
    for (let first = position[axis]; first <= last; first += most)
      yield Array.from({ length: Math.min(most, last - first + 1) }, (_, i) => position.with(axis, first + i));
}

/** The axis along which rows go on in the next chunk, and how many chunks make a strip. */
function stripOf({ array, size, strides }: ChunkRegion): { axis: number; most: number } {
  const value = bytesPerValue(array.dtype);
  const axes = size.map((_, axis) => axis).filter((axis) => size[axis] > 1);
  let row = value;
  for (const axis of axes.sort((a, b) => strides[a] - strides[b])) {
    const side = Math.min(array.chunk[axis], size[axis]);
    row *= side;
    if (side === size[axis]) continue;
    const most = Math.min(Math.ceil(LONG_ROW / row), Math.floor(MOST_STRIP / (sizeOf(array.chunk) * value)));
    return { axis, most: Math.max(most, 1) };
  }
  return { axis: 0, most: 1 };
}

function offsetOf(at: readonly number[], origin: readonly number[], strides: readonly number[]): number {
  return at.reduce((sum, value, axis) => sum + (value - origin[axis]) * strides[axis], 0);
}
