/** A box of a chunked array, and putting the chunks that touch it to their places in the pixels of an image. */
import { chunksOf } from './chunk-cache.js';
import type { Chunk, ChunkedArray, ReadChunk } from './chunked-array.js';
import { copyRegion } from './copy-region.js';
import { allocate, type PixelArray, sizeOf } from './image.js';
import { Scratch } from './scratch.js';

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
  { array, start, size, strides }: ChunkRegion,
  position: readonly number[],
  chunk: Chunk | undefined,
  target: PixelArray,
): void {
  const origin = position.map((at, axis) => at * array.chunk[axis]);
  const first = origin.map((at, axis) => Math.max(at, start[axis]));
  const counts = origin.map(
    (at, axis) => Math.min(at + array.chunk[axis], start[axis] + size[axis], array.shape[axis]) - first[axis],
  );
  const to = { data: target, offset: offsetOf(first, start, strides), strides };
  if (chunk) {
    const from = { ...chunk, offset: offsetOf(first, origin, chunk.strides) };
    if (chunk.data.buffer !== target.buffer) copyRegion(to, from, counts);
    // Read to its place; values in another order are to be moved within it.
    else if (!follow(counts, chunk.strides)) copyRegion(to, { ...from, data: chunk.data.slice() }, counts);
  } else {
    const data = allocate(array.dtype, 1);
    data[0] = array.fill;
    copyRegion(to, { data, offset: 0, strides: strides.map(() => 0) }, counts);
  }
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
 * @param positions of the chunks; others may take from it too.
 * @param alone memory of a thread that has nothing else to do: it reads one chunk after the other.
 */
export async function fillRegion(
  region: ChunkRegion,
  positions: Iterable<readonly number[]>,
  read: ReadChunk,
  target: PixelArray,
  { signal, alone }: { signal?: AbortSignal; alone?: Scratch } = {},
): Promise<void> {
  const rest = positions[Symbol.iterator]();
  const work = async (scratch: Scratch) => {
    for (let next = rest.next(); !next.done; next = rest.next()) {
      scratch.place = placeOf(region, next.value, target);
      placeChunk(region, next.value, await read(next.value, signal, scratch), target);
    }
    scratch.place = undefined;
  };
  if (alone) return work(alone);
  await Promise.all(Array.from({ length: TOGETHER }, () => work(new Scratch())));
}

/** Places of the chunks that touch a region. */
export function chunksOfRegion({ array, start, size }: ChunkRegion): Generator<number[]> {
  return chunksOf(array.chunk, start, size);
}

function offsetOf(at: readonly number[], origin: readonly number[], strides: readonly number[]): number {
  return at.reduce((sum, value, axis) => sum + (value - origin[axis]) * strides[axis], 0);
}
