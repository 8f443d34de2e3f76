/** What the HDF5 thread is asked and answers; see `hdf5-thread.ts`. */
import type { ArrayPlan } from '../../core/image/chunked-array.js';
import type { PixelArray } from '../../core/image/image.js';
import type { Hdf5Storage } from './hdf5-storage.js';
import type { StoredType } from './wide-numbers.js';

export type Hdf5Request =
  | { op: 'open'; file: string; array: string }
  | { op: 'read'; handle: number; start: readonly number[]; size: readonly number[] }
  | { op: 'create'; file: string; array: string; plan: ArrayPlan }
  | { op: 'write'; handle: number; start: readonly number[]; size: readonly number[]; data: PixelArray }
  | { op: 'close'; handle: number };

export interface Hdf5Dataset {
  handle: number;
  /** Path in the file. */
  path: string;
  shape: number[];
  /** Stored chunk; null where the values lie in one piece. */
  chunks: number[] | null;
  type: StoredType;
  attributes: Record<string, unknown>;
  /** For reading without the library, where that is possible; `only` where the library cannot. */
  direct?: { storage: Hdf5Storage; littleEndian: boolean; filters: readonly number[]; only: boolean };
}

export type Hdf5Message = { id: number; request: Hdf5Request };

export type Hdf5Reply =
  | { id: number; dataset: Hdf5Dataset }
  | { id: number; bytes: Uint8Array }
  | { id: number; done: true }
  | { id: number; problem: string };
