/**
 * Memory of images that nobody refers to any more, given out again.
 *
 * New memory costs more than reading: the kernel hands out large arrays in pages of 4 KB, each of them zeroed at the first
 * touch. So each array is lent as a second view of memory that is kept here. V8 tells, by a weak reference, when nothing
 * refers to what was lent; only then is it lent again. No holder has to say that it has finished, and none can be wrong.
 */
import { allocate, bytesPerValue, type DType, type PixelArray, pixelsOver, sharedBytes } from '../image/image.js';

export interface UsedMemoryOptions {
  /** Most bytes that are kept free. */
  most: number;
  /** Arrays of fewer bytes are always new. */
  least?: number;
  /** Bytes that are lent before it is worth looking for garbage among them. */
  patience?: number;
  /** Collects garbage, and calls {@link UsedMemory.sweep}. */
  collect: () => void;
  /** Every byte of what is lent is 255 instead of anything: for tests that all of it is written before it is read. */
  spoil?: boolean;
}

interface Lent {
  memory: SharedArrayBuffer;
  /** What its holders have. */
  own: WeakRef<SharedArrayBuffer>;
}

interface Free {
  memory: SharedArrayBuffer;
  /** Whether it was free at the last look around too. */
  idle: boolean;
}

/** What is new in small pieces is quick enough. */
const LEAST = 2 ** 20;
/** A collection takes up to 50 ms; to write so much for the first time takes five times as long. */
const PATIENCE = 2 ** 28;
/** Memory may be larger than what is to lie in it by this factor. */
const SLACK = 1.25;

export class UsedMemory {
  /** Those that have been free for longest first. */
  readonly #free: Free[] = [];
  readonly #lent = new Set<Lent>();
  readonly #least: number;
  readonly #leastPatience: number;
  #patience: number;
  #sinceSweep = 0;
  #freeBytes = 0;

  constructor(private readonly options: UsedMemoryOptions) {
    this.#least = options.least ?? LEAST;
    this.#leastPatience = Math.min(options.patience ?? PATIENCE, options.most);
    this.#patience = this.#leastPatience;
  }

  /** Bytes that are lent to nobody. */
  get free(): number {
    return this.#freeBytes;
  }

  /** Pixels of any content, which lie in shared memory where they are large. */
  take(dtype: DType, length: number): PixelArray {
    const bytes = sharedBytes(length * bytesPerValue(dtype));
    if (bytes < this.#least) return this.#spoiled(allocate(dtype, length));
    let memory = this.#fitting(bytes);
    if (!memory && this.#sinceSweep >= this.#patience) {
      this.options.collect();
      memory = this.#fitting(bytes);
    }
    memory ??= new SharedArrayBuffer(bytes);
    this.#sinceSweep += memory.byteLength;
    // A clone of shared memory is another object over the same bytes.
    const own = structuredClone(memory);
    this.#lent.add({ memory, own: new WeakRef(own) });
    return this.#spoiled(pixelsOver(own, dtype, length));
  }

  /** After a collection of garbage: what nobody refers to is free, and what nobody wanted since the last time goes. */
  sweep(): void {
    for (let i = this.#free.length - 1; i >= 0; i--) {
      if (this.#free[i].idle) this.#drop(i);
      else this.#free[i].idle = true;
    }
    let found = false;
    for (const lent of this.#lent) {
      if (lent.own.deref()) continue;
      found = true;
      this.#lent.delete(lent);
      this.#free.push({ memory: lent.memory, idle: false });
      this.#freeBytes += lent.memory.byteLength;
    }
    this.#sinceSweep = 0;
    // Where everything is kept there is no garbage to look for.
    this.#patience = found ? this.#leastPatience : Math.min(2 * this.#patience, this.options.most);
    this.shrink(this.options.most);
  }

  /** Keeps no more than so many bytes free; gives those that go. */
  shrink(most: number): number {
    let gone = 0;
    while (this.#freeBytes > most) gone += this.#drop(0);
    return gone;
  }

  #fitting(bytes: number): SharedArrayBuffer | undefined {
    let best = -1;
    for (const [i, { memory }] of this.#free.entries()) {
      const fits = memory.byteLength >= bytes && memory.byteLength <= SLACK * bytes;
      if (fits && (best < 0 || memory.byteLength < this.#free[best].memory.byteLength)) best = i;
    }
    if (best < 0) return undefined;
    const { memory } = this.#free[best];
    this.#drop(best);
    return memory;
  }

  #drop(place: number): number {
    const [{ memory }] = this.#free.splice(place, 1);
    this.#freeBytes -= memory.byteLength;
    return memory.byteLength;
  }

  #spoiled(pixels: PixelArray): PixelArray {
    if (this.options.spoil) new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength).fill(255);
    return pixels;
  }
}
