/** The WebAssembly of `unpack.as`: quick LZ4 and byte orders, on bytes that are brought into its memory. */
import { type ModuleMemory, moduleOf, PAGE } from '../../core/compute/web-assembly.js';
import { UNPACK } from './unpack-module.js';

export interface Unpacker {
  /** The memory of the module; a call that needs more of it makes this view useless. */
  readonly bytes: Uint8Array;
  /** End of what an LZ4 block at `from` ≤ i < `end` gave from `to` on; 0 when it is damaged or goes beyond `most`. */
  lz4(from: number, end: number, to: number, most: number): number;
  /** Values of `size` bytes from all their first bytes, then all second ones, and so on. */
  join(source: number, values: number, size: number, target: number): void;
}

interface Exports {
  readonly memory: ModuleMemory;
  readonly lz4: Unpacker['lz4'];
  readonly join: Unpacker['join'];
}

/** Bytes behind every source and target that the module may touch; places below are never given out either. */
export const MARGIN = 64;

/** Memory never shrinks; an instance that grew beyond this is not kept. */
const MOST_KEPT = 2 ** 26;

const instance = moduleOf<Exports>(UNPACK);
let kept: Exports | undefined;

/** The module with at least so many bytes of memory. It is one for the whole thread: use it without waiting in between. */
export function unpacker(bytes: number): Unpacker {
  const found = kept ?? instance();
  const { memory, lz4, join } = found;
  const lacking = bytes - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / PAGE));
  kept = memory.buffer.byteLength <= MOST_KEPT ? found : undefined;
  return { bytes: new Uint8Array(memory.buffer), lz4, join };
}
