/**
 * Decoded chunks of arrays, so that patches which share a chunk decode it once.
 *
 * A pass that says beforehand which boxes it will read (`expect`) has each chunk decoded exactly once, however little
 * memory there is: a chunk goes when its last box was read, and one that has to make room before goes to a scratch file.
 * Without that (patches in random order) the chunks used last stay.
 */
import { type Chunk, type ChunkedArray, chunkGrid } from './chunked-array.js';
import type { PixelArray } from './image.js';
import { sizeOf } from './image.js';
import { ScratchFile } from './scratch-file.js';

/** What a cache did so far; missing chunks count as read, for they were looked for. */
export interface ChunkCounts {
  /** Chunks asked of the containers. */
  read: number;
  /** Requests that memory answered, or a read that was under way. */
  shared: number;
  /** Chunks that went to the scratch file. */
  spilled: number;
  /** Chunks that came back from there. */
  restored: number;
}

interface Kept {
  chunk: Chunk | undefined;
  bytes: number;
  array: CachedArray;
  index: number;
}

export class ChunkCache {
  readonly counts: ChunkCounts = { read: 0, shared: 0, spilled: 0, restored: 0 };
  /** In the order of their last use. */
  readonly #kept = new Map<string, Kept>();
  readonly #arrays: CachedArray[] = [];
  #bytes = 0;

  /** @param limit bytes of decoded chunks in memory; those being read come on top. */
  constructor(readonly limit: number) {}

  /** An array whose chunks are kept here. The cache closes it. */
  add(array: ChunkedArray): CachedArray {
    const cached = new CachedArray(array, this, this.#arrays.length);
    this.#arrays.push(cached);
    return cached;
  }

  /** Bytes of decoded chunks in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  async close(): Promise<void> {
    this.#kept.clear();
    this.#bytes = 0;
    for (const array of this.#arrays) await array.close();
  }

  /** Chunk of an array, from memory; undefined when it is not there. */
  take(key: string): Kept | undefined {
    const found = this.#kept.get(key);
    if (!found) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    this.counts.shared++;
    return found;
  }

  async keep(key: string, kept: Kept): Promise<void> {
    this.#kept.set(key, kept);
    this.#bytes += kept.bytes;
    while (this.#bytes > this.limit && this.#kept.size > 1) {
      const [oldest, victim] = this.#kept.entries().next().value!;
      if (oldest === key) break;
      this.drop(oldest);
      if (victim.chunk && victim.array.wanted(victim.index)) await victim.array.spill(victim.index, victim.chunk);
    }
  }

  drop(key: string): void {
    const found = this.#kept.get(key);
    if (!found) return;
    this.#kept.delete(key);
    this.#bytes -= found.bytes;
  }
}

/** One array of a {@link ChunkCache}. */
export class CachedArray {
  readonly grid: readonly number[];
  readonly #uses = new Map<number, number>();
  readonly #pending = new Map<number, Promise<Chunk | undefined>>();
  readonly #spilled = new Map<number, { place: number; chunk: Promise<Omit<Chunk, 'data'> & { data: Empty }> }>();
  readonly #free: number[] = [];
  #places = 0;
  #scratch: ScratchFile | undefined;

  constructor(
    readonly array: ChunkedArray,
    private readonly cache: ChunkCache,
    private readonly id: number,
  ) {
    this.grid = chunkGrid(array);
  }

  /** One more use of every chunk that a box touches; a box is read once for each time it is expected. */
  expect(start: readonly number[], size: readonly number[]): void {
    for (const position of chunksOf(this.array.chunk, start, size)) {
      const index = this.#index(position);
      this.#uses.set(index, (this.#uses.get(index) ?? 0) + 1);
    }
  }

  /** Whether a chunk is expected again. */
  wanted(index: number): boolean {
    return (this.#uses.get(index) ?? 0) > 0;
  }

  /** A chunk, undefined where nothing is stored. Errors as {@link ChunkedArray.readChunk}. */
  async get(position: readonly number[], signal?: AbortSignal): Promise<Chunk | undefined> {
    const index = this.#index(position);
    const key = `${this.id}/${index}`;
    const chunk = await this.#find(key, index, position, signal);
    this.#used(key, index);
    return chunk;
  }

  async spill(index: number, chunk: Chunk): Promise<void> {
    const { data } = chunk;
    this.#scratch ??= new ScratchFile(sizeOf(this.array.chunk) * data.BYTES_PER_ELEMENT);
    const place = this.#free.pop() ?? this.#places++;
    this.cache.counts.spilled++;
    const written = this.#scratch
      .write(place, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .then(() => ({ strides: chunk.strides, data: emptyLike(data) }));
    this.#spilled.set(index, { place, chunk: written });
    await written;
  }

  async close(): Promise<void> {
    this.#uses.clear();
    this.#spilled.clear();
    await Promise.allSettled(this.#pending.values());
    await this.#scratch?.close();
    await this.array.close();
  }

  async #find(
    key: string,
    index: number,
    position: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Chunk | undefined> {
    const kept = this.cache.take(key);
    if (kept) return kept.chunk;
    const pending = this.#pending.get(index);
    if (pending) {
      this.cache.counts.shared++;
      return pending;
    }
    const reading = this.#fetch(key, index, position, signal);
    this.#pending.set(index, reading);
    try {
      return await reading;
    } finally {
      this.#pending.delete(index);
    }
  }

  async #fetch(
    key: string,
    index: number,
    position: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Chunk | undefined> {
    const chunk = (await this.#restore(index)) ?? (await this.#read(position, signal));
    await this.cache.keep(key, { chunk, bytes: chunk?.data.byteLength ?? 0, array: this, index });
    return chunk;
  }

  #read(position: readonly number[], signal: AbortSignal | undefined): Promise<Chunk | undefined> {
    this.cache.counts.read++;
    return this.array.readChunk(position, signal);
  }

  async #restore(index: number): Promise<Chunk | undefined> {
    const spilled = this.#spilled.get(index);
    if (!spilled) return undefined;
    this.#spilled.delete(index);
    const { strides, data } = await spilled.chunk;
    const values = data.make();
    await this.#scratch!.read(spilled.place, new Uint8Array(values.buffer));
    this.#free.push(spilled.place);
    this.cache.counts.restored++;
    return { data: values, strides };
  }

  #used(key: string, index: number): void {
    const left = this.#uses.get(index);
    if (left === undefined) return;
    if (left > 1) this.#uses.set(index, left - 1);
    else {
      this.#uses.delete(index);
      this.cache.drop(key);
    }
  }

  #index(position: readonly number[]): number {
    return position.reduce((index, at, axis) => index * this.grid[axis] + at, 0);
  }
}

/** Makes an array of the type and length of another, without holding that one. */
interface Empty {
  make(): PixelArray;
}

function emptyLike(data: PixelArray): Empty {
  const { length } = data;
  const Type = data.constructor as new (length: number) => PixelArray;
  return { make: () => new Type(length) };
}

/** Places of the grid that a box touches, the last axis fastest. */
export function* chunksOf(
  chunk: readonly number[],
  start: readonly number[],
  size: readonly number[],
): Generator<number[]> {
  const first = start.map((at, axis) => Math.floor(at / chunk[axis]));
  const last = start.map((at, axis) => Math.floor((at + size[axis] - 1) / chunk[axis]));
  if (size.some((side) => side <= 0)) return;
  const position = [...first];
  for (;;) {
    yield [...position];
    let axis = position.length - 1;
    while (axis >= 0 && position[axis] === last[axis]) position[axis] = first[axis--];
    if (axis < 0) return;
    position[axis]++;
  }
}
