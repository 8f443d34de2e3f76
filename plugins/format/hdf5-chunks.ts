/** Reading chunks of an HDF5 dataset whose places in the file are known, in any thread. */

import { threadId } from 'node:worker_threads';
import { AbortedError } from '../../core/errors.js';
import { stridesOf } from '../../core/image/c-order.js';
import type { ChunkReading, ReadChunk } from '../../core/image/chunked-array.js';
import { damaged, reasonOf } from './container-folder.js';
import { undoFilter } from './hdf5-filters.js';
import type { Hdf5Storage } from './hdf5-storage.js';
import { readRange } from './stored-file.js';
import { toNative } from './stored-number.js';
import { pixelsOf, type StoredType, storedBytes } from './wide-numbers.js';

/** Plain data from which any thread can read the chunks. */
export interface Hdf5Chunks {
  file: string;
  /** File and dataset, for messages. */
  name: string;
  storage: Hdf5Storage;
  shape: readonly number[];
  /** What is read at once: a stored chunk, or of values in one piece some that follow each other. */
  chunk: readonly number[];
  type: StoredType;
  littleEndian: boolean;
  /** Numbers of HDF5, in the order in which they were applied. */
  filters: readonly number[];
}

let count = 0;

/** For threads: {@link hdf5Chunks} of a dataset. */
export function hdf5Reading(input: Hdf5Chunks): ChunkReading {
  return { id: `hdf5 ${threadId} ${count++}`, module: import.meta.url, name: hdf5Chunks.name, input };
}

export function hdf5Chunks(input: Hdf5Chunks): ReadChunk {
  const { name, storage, shape, chunk, type, littleEndian, filters } = input;
  const grid = shape.map((side, axis) => Math.ceil(side / chunk[axis]));
  const size = storedBytes(type);
  return async (position, signal, scratch) => {
    if (signal?.aborted) throw new AbortedError();
    const start = position.map((at, axis) => at * chunk[axis]);
    const sides = storage.kind === 'chunks' ? chunk : start.map((at, axis) => Math.min(chunk[axis], shape[axis] - at));
    const bytes = sides.reduce((product, side) => product * side, size);
    const strides = stridesOf(sides);
    try {
      let [at, stored, skipped] = [0, bytes, 0];
      if (storage.kind === 'chunks') {
        const index = position.reduce((sum, place, axis) => sum * grid[axis] + place, 0);
        [at, stored, skipped] = [storage.at[index], storage.bytes[index], storage.skipped[index]];
      } else at = storage.at + size * start.reduce((sum, place, axis) => sum * shape[axis] + place, 0);
      if (stored > 2 * bytes + 4096) throw new Error(`it takes ${stored} bytes for ${bytes}`);
      let values: Uint8Array = await readRange(input.file, at, stored, scratch);
      for (let i = filters.length - 1; i >= 0; i--)
        if (!(skipped & (1 << i))) values = await undoFilter(filters[i], values, { bytes, size, scratch });
      if (values.length !== bytes) throw new Error(`${values.length} bytes are there, expected ${bytes}`);
      toNative(values, size, littleEndian);
      return { data: pixelsOf(values, type), strides };
    } catch (cause) {
      throw damaged(name, `the values from ${start.join(', ')} on cannot be read (${reasonOf(cause)})`, cause);
    }
  };
}
