/**
 * Zstandard frames (RFC 8878), decoded by libzstd in WebAssembly; see docs/decisions/0014.
 *
 * Node has a decoder of its own from version 22.15 on. Each of its results is a new array: in two threads that takes longer than what
 * WebAssembly is slower.
 */

import { type ModuleMemory, moduleOf } from '../../core/compute/web-assembly.js';
import { roomFor, type Scratch } from '../../core/image/scratch.js';
import { ZSTD } from './zstd-module.js';

/** Some writers fill up the last strip; a frame may hold this much more than its pixels. */
const SLACK = 64 * 1024;

/** After more bytes at once the decoder is given up with its memory. */
const MOST_KEPT = 2 ** 26;

interface Exports {
  readonly memory: ModuleMemory;
  _initialize(): void;
  malloc(bytes: number): number;
  free(place: number): void;
  ZSTD_createDCtx(): number;
  ZSTD_decompressDCtx(context: number, target: number, bytes: number, source: number, length: number): number;
}

interface Decoder extends Exports {
  /** What libzstd keeps between frames. */
  readonly context: number;
}

const instance = moduleOf<Exports>(ZSTD);
let decoder: Decoder | undefined;

function opened(): Decoder {
  if (!decoder) {
    const exports = instance();
    exports._initialize();
    decoder = { ...exports, context: exports.ZSTD_createDCtx() };
  }
  return decoder;
}

/**
 * Decompresses the first frame of the data, of about `expected` bytes.
 *
 * @param scratch the result may lie in it.
 * @throws Error that says what is wrong.
 */
export function decodeZstd(data: Uint8Array, expected: number, scratch?: Scratch): Uint8Array {
  const frame = firstFrame(data, expected);
  const { context, memory, malloc, free, ZSTD_decompressDCtx } = opened();
  const most = expected + SLACK;
  const source = malloc(frame.length);
  const target = malloc(most);
  try {
    if (source === 0 || target === 0) throw new Error(`${most} bytes are too many for the zstd decoder`);
    new Uint8Array(memory.buffer).set(frame, source);
    const length = ZSTD_decompressDCtx(context, target, most, source, frame.length) >>> 0;
    // Errors are the last numbers below 2^32.
    if (length > most) throw new Error('the zstd data are damaged');
    const found = roomFor('zstd', scratch)(length);
    found.set(new Uint8Array(memory.buffer, target, length));
    return found;
  } finally {
    free(source);
    free(target);
    // Memory of WebAssembly grows and never shrinks.
    if (most > MOST_KEPT) decoder = undefined;
  }
}

/** The first frame without what follows it, checked so that the message says what is wrong. */
function firstFrame(data: Uint8Array, expected: number): Uint8Array {
  const { size, end, checksum } = frameHeader(data);
  if (size !== undefined && size > expected + SLACK) throw new Error(`the zstd data claim ${size} bytes`);
  const stop = endOfBlocks(data, end) + (checksum ? 4 : 0);
  if (stop > data.length) throw new Error('the zstd data are cut off');
  return data.subarray(0, stop);
}

/**
 * What the header of a frame says (RFC 8878, 3.1.1.1).
 *
 * @returns the bytes that it gives, undefined where that is not told, where the header ends, and whether the frame ends with a checksum.
 * @throws Error for anything else.
 */
export function frameHeader(data: Uint8Array): { size: number | undefined; end: number; checksum: boolean } {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 6) throw new Error('the zstd data are cut off');
  const descriptor = data[4];
  // Reserved bits and dictionaries do not occur in images.
  if (view.getUint32(0, true) !== 0xfd2fb528 || (descriptor & 0x0b) !== 0) throw new Error('the zstd data are damaged');
  const single = (descriptor & 0x20) !== 0;
  const at = single ? 5 : 6;
  const bytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6];
  if (at + bytes > data.length) throw new Error('the zstd data are cut off');
  return { size: contentSize(view, at, bytes), end: at + bytes, checksum: (descriptor & 0x04) !== 0 };
}

function contentSize(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 0) return undefined;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

/** Walks the blocks of a frame, each a header of three bytes and its content. */
function endOfBlocks(data: Uint8Array, first: number): number {
  for (let at = first; at + 3 <= data.length; ) {
    const header = data[at] | (data[at + 1] << 8) | (data[at + 2] << 16);
    const kind = (header >> 1) & 3;
    if (kind === 3) throw new Error('the zstd data are damaged');
    // A run of one byte states its length but stores the byte alone.
    at += 3 + (kind === 1 ? 1 : header >> 3);
    if (header & 1) return at;
  }
  throw new Error('the zstd data are cut off');
}
