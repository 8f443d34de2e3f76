/** Decoding in worker threads: images, chunks of arrays, and parts of the pixels of large files. */
import { Piscina } from 'piscina';
import { Batches } from '../compute/batches.js';
import { AbortedError, fromPlainError, type PlainError } from '../errors.js';
import type { Dimensionality } from './axes.js';
import type { ChunkTask } from './chunk-task.js';
import type { ChunkedArray, ChunkReading } from './chunked-array.js';
import type { Filling } from './format.js';
import { bytesPerValue, type Image, type PixelArray, sizeOf } from './image.js';

/** What a decoding worker gets and gives; see `plugins/format/worker.ts`. */
export type DecodeTask = { file: string; ndim: Dimensionality } | ChunkTask | FillTask;

/** Parts of the pixels of a file, as many as other threads leave. */
export interface FillTask {
  filling: Filling;
  target: PixelArray;
  taken: Int32Array;
}

export type DecodeResult = { image: Image } | { strides?: (readonly number[] | undefined)[] } | { error: PlainError };

/** Threads may be forbidden or lack memory: then they are broken, and whoever wanted them decodes on the calling thread. */
export class DecodeThreads {
  private readonly pool: Piscina;
  private broken = false;
  /** Threads that were stopped may write to these for a moment, so they are not to be taken for unused. */
  private readonly abandoned: unknown[] = [];

  /**
   * @param count how many there are at most.
   * @param worker module that decodes.
   */
  constructor(
    private readonly count: number,
    worker: URL,
  ) {
    this.pool = new Piscina({ filename: worker.href, minThreads: 0, maxThreads: count, idleTimeout: 5_000 });
    this.pool.on('error', () => {
      this.broken = true;
      void this.pool.destroy();
    });
  }

  /**
   * Gives the same task to all threads, which share its parts; false when there are no threads any more, or they cannot reach the pixels: small
   * images lie in memory that is not shared, and threads would fill copies.
   */
  async together(
    task: (taken: Int32Array) => DecodeTask,
    target: PixelArray,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (!(target.buffer instanceof SharedArrayBuffer)) return false;
    const shared = task(new Int32Array(new SharedArrayBuffer(4)));
    const all = Array.from({ length: this.count }, () => this.decode(shared, signal));
    // Also after a failure, nobody else gets the memory before the other threads have finished.
    const done = await Promise.allSettled(all);
    if (signal?.aborted) this.abandoned.push(target);
    for (const each of done) if (each.status === 'rejected') throw each.reason;
    return !done.some((each) => each.status === 'fulfilled' && each.value === 'broken');
  }

  /** What a thread makes of a task; 'broken' when there are no threads any more. Errors are those of the task. */
  async decode(
    task: DecodeTask,
    signal: AbortSignal | undefined,
  ): Promise<Exclude<DecodeResult, { error: PlainError }> | 'broken'> {
    if (this.broken) return 'broken';
    let result: DecodeResult;
    try {
      result = await this.pool.run(task, { signal });
    } catch (cause) {
      if (signal?.aborted) throw new AbortedError(undefined, { cause });
      if (this.broken) return 'broken';
      throw cause;
    }
    if ('error' in result) throw fromPlainError(result.error);
    return result;
  }

  /** The same array, whose chunks are read and decoded in threads where that is worth a message. */
  reading(array: ChunkedArray): ChunkedArray {
    const { reading } = array;
    if (!reading || sizeOf(array.chunk) * bytesPerValue(array.dtype) < LEAST_CHUNK) return array;
    const batches = new Batches<ChunkRequest, readonly number[] | undefined>(this.count, (chunks) =>
      this.readChunks(array, reading, chunks),
    );
    return {
      ...array,
      readInto: async (position, target, signal) => {
        if (signal?.aborted) throw new AbortedError();
        return batches.ask({ position, target });
      },
    };
  }

  private async readChunks(
    array: ChunkedArray,
    reading: ChunkReading,
    chunks: readonly ChunkRequest[],
  ): Promise<(readonly number[] | undefined)[]> {
    const result = await this.decode({ reading, chunks }, undefined);
    if (result !== 'broken') return (result as { strides: (readonly number[] | undefined)[] }).strides;
    const strides = [];
    for (const { position, target } of chunks) {
      const chunk = await array.readChunk(position);
      if (chunk) target.set(chunk.data);
      strides.push(chunk?.strides);
    }
    return strides;
  }

  async close(): Promise<void> {
    await this.pool.destroy();
    this.abandoned.length = 0;
  }
}

interface ChunkRequest {
  position: readonly number[];
  target: PixelArray;
}

/** Chunks of fewer bytes are decoded sooner than sent. */
const LEAST_CHUNK = 2 ** 15;
