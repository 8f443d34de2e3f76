/** Reading and decoding chunks in the worker threads that decode images; see `files.ts`. */

import { untaken } from '../compute/untaken.js';
import { type ChunkRegion, fillRegion, stripsOfRegion } from './chunk-region.js';
import type { ChunkReading, ReadChunk } from './chunked-array.js';
import type { PixelArray } from './image.js';
import { Scratches } from './scratch.js';

/** What a thread is asked. */
export type ChunkTask = SomeChunks | SharedRegion;

/** Chunks, each into shared memory of its own. */
interface SomeChunks {
  reading: ChunkReading;
  chunks: readonly { position: readonly number[]; target: PixelArray }[];
}

/** The chunks of a region; several threads fill the same pixels, and count in `taken` which strips they took. */
interface SharedRegion {
  reading: ChunkReading;
  region: ChunkRegion;
  target: PixelArray;
  taken: Int32Array;
}

/** Readers that this thread has, by the array they read; the ones used last. */
const readers = new Map<string, ReadChunk>();
const MOST_READERS = 16;

/** A thread does one task at a time, and single chunks are copied before the next one. */
const scratches = new Scratches(true);

/** Does a task; of single chunks gives the strides of those that are stored. Errors as {@link ReadChunk}. */
export async function runChunkTask(task: ChunkTask): Promise<{ strides?: (readonly number[] | undefined)[] }> {
  const read = await readerOf(task.reading);
  if ('chunks' in task) {
    const strides = [];
    const scratch = scratches.at(0);
    for (const { position, target } of task.chunks) {
      scratch.place = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
      const chunk = await read(position, undefined, scratch);
      if (chunk && chunk.data.buffer !== target.buffer) target.set(chunk.data);
      strides.push(chunk?.strides);
    }
    scratch.place = undefined;
    return { strides };
  }
  const { region, target, taken } = task;
  await fillRegion(region, untaken(stripsOfRegion(region), taken), read, target, { alone: scratches });
  return {};
}

async function readerOf({ id, module, name, input }: ChunkReading): Promise<ReadChunk> {
  let read = readers.get(id);
  if (!read) {
    const { [name]: open } = (await import(module)) as Record<string, unknown>;
    if (typeof open !== 'function') throw new Error(`${module} exports no function '${name}'`);
    read = (await open(input)) as ReadChunk;
  }
  readers.delete(id);
  readers.set(id, read);
  for (const [oldest] of readers) if (readers.size > MOST_READERS) readers.delete(oldest);
  return read;
}
