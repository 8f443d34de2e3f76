/** Reading and decoding chunks in the worker threads that decode images; see `files.ts`. */
import { buffersOf } from '../compute/buffers.js';
import { type ChunkRegion, chunksOfRegion, fillRegion } from './chunk-region.js';
import type { Chunk, ChunkReading, ReadChunk } from './chunked-array.js';
import type { PixelArray } from './image.js';

/** What a thread is asked. */
export type ChunkTask = { reading: ChunkReading } & (
  | { position: readonly number[] }
  /** The chunks of a region; several threads fill the same pixels, and count in `taken` which chunks they took. */
  | { region: ChunkRegion; target: PixelArray; taken: Int32Array }
);

/** Readers that this thread has, by the array they read; the ones used last. */
const readers = new Map<string, ReadChunk>();
const MOST_READERS = 16;

/** Does a task. The buffers of the result may be handed over. Errors as {@link ReadChunk}. */
export async function runChunkTask(task: ChunkTask): Promise<{ chunk?: Chunk; buffers: ArrayBuffer[] }> {
  const read = await readerOf(task.reading);
  if ('position' in task) {
    const chunk = await read(task.position);
    return { ...(chunk && { chunk }), buffers: buffersOf(chunk) };
  }
  const { region, target, taken } = task;
  await fillRegion(region, untaken([...chunksOfRegion(region)], taken), read, target);
  return { buffers: [] };
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

function* untaken(positions: readonly number[][], taken: Int32Array): Generator<number[]> {
  for (let next = Atomics.add(taken, 0, 1); next < positions.length; next = Atomics.add(taken, 0, 1))
    yield positions[next];
}
