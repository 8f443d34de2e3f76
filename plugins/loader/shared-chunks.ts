import { ChunkCache, type ChunkCounts } from '../../core/image/chunk-cache.js';
import type { Lease, Memory } from '../../core/job/memory.js';

/** Decoded chunks of all containers of the folder. */
export class SharedChunks {
  #opening: Promise<{ cache: ChunkCache; lease: Lease }> | undefined;

  constructor(
    private readonly share: number,
    private readonly memory: Memory,
  ) {}

  async open(signal: AbortSignal): Promise<ChunkCache> {
    this.#opening ??= this.#create(signal);
    return (await this.#opening).cache;
  }

  /** What was read; undefined where there were no containers. */
  async close(): Promise<ChunkCounts | undefined> {
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.cache.close();
    opened?.lease.release();
    return opened?.cache.counts;
  }

  async #create(signal: AbortSignal): Promise<{ cache: ChunkCache; lease: Lease }> {
    const bytes = Math.floor(this.memory.budget * this.share);
    const lease = await this.memory.lease(bytes, 'the chunks of containers', signal);
    return { cache: new ChunkCache(bytes), lease };
  }
}
