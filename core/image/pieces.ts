/**
 * Memory in pieces of one size, cut from few large arrays.
 *
 * Arrays of a megabyte that come and go between larger ones leave holes that nothing fits into, and a process grows by them
 * for as long as it runs. Of a large array only what was written to is in memory, and it goes back to the system as a whole.
 */
import { allocate, allocateShared, bytesPerValue, type DType, type PixelArray } from './image.js';

/** The C library of Linux puts arrays of more than 32 MB beside its heap, whatever it has learnt. */
const SLAB_BYTES = 33 * 2 ** 20;

interface Slab {
  memory: PixelArray;
  pieces: number;
  free: PixelArray[];
}

export interface PiecesOptions {
  dtype: DType;
  /** Values of a piece. */
  length: number;
  /** Pieces that there will be at a time, about; more come when they are asked for. */
  expected: number;
  /** Whether threads can share them. */
  shared?: boolean;
}

export class Pieces {
  readonly #slabs: Slab[] = [];
  readonly #pieces: number;

  constructor(private readonly options: PiecesOptions) {
    const { dtype, length, expected } = options;
    const fitting = Math.floor(SLAB_BYTES / Math.max(length * bytesPerValue(dtype), 1));
    this.#pieces = Math.max(Math.min(fitting, Math.ceil(expected)), 1);
  }

  /** Pieces that nobody has. */
  get free(): number {
    return this.#slabs.reduce((sum, { free }) => sum + free.length, 0);
  }

  /** Whether all pieces have come back. */
  get idle(): boolean {
    return this.#slabs.every(({ free, pieces }) => free.length === pieces);
  }

  /** A piece with any content. */
  take(): PixelArray {
    const slab = this.#slabs.find(({ free }) => free.length > 0) ?? this.#add();
    return slab.free.pop()!;
  }

  /** A piece that was taken here and that nothing reads any more. */
  giveBack(piece: PixelArray): void {
    const slab = this.#slabs.find(({ memory }) => memory.buffer === piece.buffer);
    if (!slab) return;
    slab.free.push(piece);
    // Only where others have as much room again, or it would come and go at every other piece.
    if (slab.free.length === slab.pieces && this.free >= 1.5 * slab.pieces)
      this.#slabs.splice(this.#slabs.indexOf(slab), 1);
  }

  #add(): Slab {
    const { dtype, length, shared } = this.options;
    const memory = (shared ? allocateShared : allocate)(dtype, this.#pieces * length);
    const free = Array.from({ length: this.#pieces }, (_, i) =>
      memory.subarray(i * length, (i + 1) * length),
    ).reverse();
    const slab = { memory, pieces: this.#pieces, free };
    this.#slabs.push(slab);
    return slab;
  }
}
