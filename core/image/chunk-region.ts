/** A box of a chunked array, and putting the chunks that touch it to their places in the pixels of an image. */
import { chunksOf } from './chunk-cache.js';
import type { Chunk, ChunkedArray, ReadChunk } from './chunked-array.js';
import { copyRegion } from './copy-region.js';
import { allocate, type PixelArray } from './image.js';
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
  if (chunk) copyRegion(to, { ...chunk, offset: offsetOf(first, origin, chunk.strides) }, counts);
  else if (array.fill !== 0) {
    const data = allocate(array.dtype, 1);
    data[0] = array.fill;
    copyRegion(to, { data, offset: 0, strides: strides.map(() => 0) }, counts);
  }
}

/** Chunks of a region that are read at the same time. */
export const TOGETHER = 4;

/** Reads chunks and puts them to their places. @param positions of the chunks; others may take from it too. */
export async function fillRegion(
  region: ChunkRegion,
  positions: Iterable<readonly number[]>,
  read: ReadChunk,
  target: PixelArray,
  signal?: AbortSignal,
): Promise<void> {
  const rest = positions[Symbol.iterator]();
  const work = async () => {
    const scratch = new Scratch();
    for (let next = rest.next(); !next.done; next = rest.next())
      placeChunk(region, next.value, await read(next.value, signal, scratch), target);
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
}

/** Places of the chunks that touch a region. */
export function chunksOfRegion({ array, start, size }: ChunkRegion): Generator<number[]> {
  return chunksOf(array.chunk, start, size);
}

function offsetOf(at: readonly number[], origin: readonly number[], strides: readonly number[]): number {
  return at.reduce((sum, value, axis) => sum + (value - origin[axis]) * strides[axis], 0);
}
