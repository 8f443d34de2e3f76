/**
 * Decoded chunks of arrays, so that patches which share a chunk decode it once.
 *
 * A pass that says beforehand which boxes it will read (`expect`) has each chunk decoded exactly once, however little
 * memory there is: a chunk goes when its last box was read, and one that has to make room before goes to a scratch file.
 * Without that (patches in random order) the chunks used last stay.
 */
import { type Chunk, type ChunkedArray, chunkGrid } from './chunked-array.js';
import { bytesPerValue, type DType, dtypeOf, type PixelArray, sizeOf } from './image.js';
import { Pieces } from './pieces.js';
import { Scratch } from './scratch.js';
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
  /** How many use it now, or wait for it. */
  users: number;
  /** Whether it has left the cache; with the last user its memory is free. */
  gone: boolean;
}

/** Chunks that are being read, beside those that are kept. */
const UNDER_WAY = 16;

export class ChunkCache {
  readonly counts: ChunkCounts = { read: 0, shared: 0, spilled: 0, restored: 0 };
  /** In the order of their last use. */
  readonly #kept = new Map<string, Kept>();
  readonly #arrays: CachedArray[] = [];
  #bytes = 0;
  /** New memory for each chunk would keep the collector of garbage busy, so that of dropped ones is used again. */
  readonly #pieces = new Map<string, Pieces>();

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
    this.#pieces.clear();
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
      victim.users++;
      this.drop(oldest);
      try {
        if (victim.chunk && victim.array.wanted(victim.index)) await victim.array.spill(victim.index, victim.chunk);
      } finally {
        this.leave(victim);
      }
    }
  }

  /** One user less. */
  leave(kept: Kept): void {
    kept.users--;
    this.#recycle(kept);
  }

  /** Memory for a chunk, with any content. */
  memory(dtype: DType, length: number, shared: boolean): PixelArray {
    const kind = kindOf(dtype, length, shared);
    let pieces = this.#pieces.get(kind);
    if (!pieces) {
      // Chunks of another size: what nobody has of the others is not wanted any more.
      for (const [other, { idle }] of this.#pieces) if (idle) this.#pieces.delete(other);
      const expected = this.limit / (length * bytesPerValue(dtype)) + UNDER_WAY;
      pieces = new Pieces({ dtype, length, expected, shared });
      this.#pieces.set(kind, pieces);
    }
    return pieces.take();
  }

  /** Memory that nothing reads any more. */
  giveBack(data: PixelArray): void {
    this.#pieces.get(kindOf(dtypeOf(data), data.length, data.buffer instanceof SharedArrayBuffer))?.giveBack(data);
  }

  #recycle({ gone, users, chunk }: Kept): void {
    if (gone && users === 0 && chunk) this.giveBack(chunk.data);
  }

  drop(key: string): void {
    const found = this.#kept.get(key);
    if (!found) return;
    this.#kept.delete(key);
    this.#bytes -= found.bytes;
    found.gone = true;
    this.#recycle(found);
  }
}

function kindOf(dtype: DType, length: number, shared: boolean): string {
  return `${dtype} ${length} ${shared}`;
}

/** One array of a {@link ChunkCache}. */
export class CachedArray {
  readonly grid: readonly number[];
  readonly #uses = new Map<number, number>();
  readonly #pending = new Map<number, { kept: Kept; reading: Promise<void> }>();
  /** Memory of single reads, of which as many are under way. */
  readonly #scratches: Scratch[] = [];
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

  /**
   * Calls `visit` with a chunk, undefined where nothing is stored. The chunk must not be used afterwards: its memory may be
   * filled with another one. Errors as {@link ReadChunk}.
   */
  async use<T>(position: readonly number[], visit: (chunk: Chunk | undefined) => T, signal?: AbortSignal): Promise<T> {
    const index = this.#index(position);
    const key = `${this.id}/${index}`;
    const kept = await this.#find(key, index, position, signal);
    try {
      return visit(kept.chunk);
    } finally {
      this.#used(key, index);
      this.cache.leave(kept);
    }
  }

  async spill(index: number, chunk: Chunk): Promise<void> {
    const { data } = chunk;
    this.#scratch ??= new ScratchFile(sizeOf(this.array.chunk) * data.BYTES_PER_ELEMENT);
    const place = this.#free.pop() ?? this.#places++;
    this.cache.counts.spilled++;
    const written = this.#scratch
      .write(place, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .then(() => ({ strides: chunk.strides, data: emptyLike(data, this.cache) }));
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

  /** The chunk, with one user more. */
  async #find(key: string, index: number, position: readonly number[], signal: AbortSignal | undefined): Promise<Kept> {
    const found = this.cache.take(key);
    if (found) {
      found.users++;
      return found;
    }
    const pending = this.#pending.get(index);
    if (pending) {
      this.cache.counts.shared++;
      pending.kept.users++;
      await pending.reading;
      return pending.kept;
    }
    const kept: Kept = { chunk: undefined, bytes: 0, array: this, index, users: 1, gone: false };
    const reading = this.#fetch(key, kept, position, signal);
    this.#pending.set(index, { kept, reading });
    try {
      await reading;
    } finally {
      this.#pending.delete(index);
    }
    return kept;
  }

  async #fetch(key: string, kept: Kept, position: readonly number[], signal: AbortSignal | undefined): Promise<void> {
    kept.chunk = (await this.#restore(kept.index)) ?? (await this.#read(position, signal));
    kept.bytes = kept.chunk?.data.byteLength ?? 0;
    await this.cache.keep(key, kept);
  }

  async #read(position: readonly number[], signal: AbortSignal | undefined): Promise<Chunk | undefined> {
    this.cache.counts.read++;
    const { array } = this;
    const length = sizeOf(array.chunk);
    if (array.readInto) {
      const data = this.cache.memory(array.dtype, length, true);
      const strides = await array.readInto(position, data, signal);
      if (strides) return { data, strides };
      this.cache.giveBack(data);
      return undefined;
    }
    const scratch = this.#scratches.pop() ?? new Scratch();
    const chunk = await array.readChunk(position, signal, scratch);
    this.#scratches.push(scratch);
    // Those at the end may be shorter.
    if (!chunk || chunk.data.length !== length) return chunk && { ...chunk, data: chunk.data.slice() };
    const data = this.cache.memory(array.dtype, length, false);
    data.set(chunk.data);
    return { data, strides: chunk.strides };
  }

  async #restore(index: number): Promise<Chunk | undefined> {
    const spilled = this.#spilled.get(index);
    if (!spilled) return undefined;
    this.#spilled.delete(index);
    const { strides, data } = await spilled.chunk;
    const values = data.make();
    await this.#scratch!.read(spilled.place, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
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

/**
 * Shared again if it was: free memory of the other kind would take the place of shared memory, and what is shared anew for each
 * chunk stays until every thread that saw it collects its garbage.
 */
function emptyLike(data: PixelArray, cache: ChunkCache): Empty {
  const { length } = data;
  const dtype = dtypeOf(data);
  const shared = data.buffer instanceof SharedArrayBuffer;
  return { make: () => cache.memory(dtype, length, shared) };
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
