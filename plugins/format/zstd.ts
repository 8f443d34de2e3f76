/**
 * zstd data by the decoder of zstddec, which must be handed sound frames of known size only.
 *
 * Node has a decoder of its own from version 22.15 on. Each of its results is a new array: in two threads that takes longer than what
 * WebAssembly is slower.
 */

import { ZSTDDecoder } from 'zstddec';
import { roomFor, type Scratch } from '../../core/image/scratch.js';

/** Some writers fill up the last strip; a frame may hold this much more than its pixels. */
const SLACK = 64 * 1024;

/** What of zstddec's WebAssembly is used here: its own `decode` makes a new array of each result, which takes as long again. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  free(place: number): void;
  ZSTD_decompress(target: number, bytes: number, source: number, length: number): number;
}

class Decoder extends ZSTDDecoder {
  override _init(result: Parameters<ZSTDDecoder['_init']>[0]): void {
    // Called as a function, by the package too.
    ZSTDDecoder.prototype._init(result);
    decoder = (result as unknown as { instance: { exports: Exports } }).instance.exports;
  }
}

let decoder: Exports | undefined;
let opening: Promise<void> | undefined;

/**
 * Decompresses one frame of about `expected` bytes.
 *
 * @param scratch the result may lie in it.
 * @throws Error that says what is wrong.
 */
export async function decodeZstd(data: Uint8Array, expected: number, scratch?: Scratch): Promise<Uint8Array> {
  const frame = soundFrame(data, expected);
  if (!decoder) {
    opening ??= new Decoder().init();
    await opening;
  }
  return decompress(decoder!, frame, expected + SLACK, scratch);
}

function decompress(
  { memory, malloc, free, ZSTD_decompress }: Exports,
  frame: Uint8Array,
  most: number,
  scratch: Scratch | undefined,
): Uint8Array {
  const source = malloc(frame.length);
  const target = malloc(most);
  try {
    if (source === 0 || target === 0) throw new Error(`${most} bytes are too many for the zstd decoder`);
    new Uint8Array(memory.buffer).set(frame, source);
    const length = ZSTD_decompress(target, most, source, frame.length) >>> 0;
    // Errors are the last numbers below 2^32.
    if (length > most) throw new Error('the zstd data are damaged');
    const found = roomFor('zstd', scratch)(length);
    found.set(new Uint8Array(memory.buffer, target, length));
    return found;
  } finally {
    free(source);
    free(target);
  }
}

/**
 * The first frame, checked and with its size in the header (RFC 8878, 3.1.1).
 *
 * The decoder takes its output buffer from that size: it corrupts its memory when the frame is cut off, and may never
 * end when the size is missing, as libtiff leaves it. With a size that is wrong it only fails.
 */
function soundFrame(data: Uint8Array, expected: number): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const need = (bytes: number) => {
    if (bytes > data.length) throw new Error('the zstd data are cut off');
  };
  need(6);
  const descriptor = data[4];
  // Reserved bits and dictionaries do not occur in image files.
  if (view.getUint32(0, true) !== 0xfd2fb528 || (descriptor & 0x0b) !== 0) throw new Error('the zstd data are damaged');
  const single = (descriptor & 0x20) !== 0;
  const sizeAt = single ? 5 : 6;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6];
  need(sizeAt + sizeBytes);
  const size = contentSize(view, sizeAt, sizeBytes);
  if (size !== undefined && size > expected + SLACK) throw new Error(`the zstd data claim ${size} bytes of pixels`);

  const checksum = (descriptor & 0x04) !== 0 ? 4 : 0;
  const end = endOfBlocks(data, sizeAt + sizeBytes) + checksum;
  need(end);
  if (size !== undefined) return data.subarray(0, end);
  const header = new DataView(new ArrayBuffer(14));
  header.setUint32(0, 0xfd2fb528, true);
  header.setUint8(4, 0xc0 | (descriptor & 0x04));
  header.setUint8(5, data[5]);
  header.setBigUint64(6, BigInt(expected), true);
  const blocks = data.subarray(sizeAt, end);
  const frame = new Uint8Array(header.byteLength + blocks.length);
  frame.set(new Uint8Array(header.buffer));
  frame.set(blocks, header.byteLength);
  return frame;
}

/** Content size as the header of a frame tells it in so many bytes (RFC 8878, 3.1.1.1.4); undefined for none. */
export function contentSize(view: DataView, at: number, bytes: number): number | undefined {
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
