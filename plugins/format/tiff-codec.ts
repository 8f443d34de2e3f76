/** Decompression of TIFF strips and tiles, bounded by the size that the header promises. */

import { promisify } from 'node:util';
import { inflate, inflateSync } from 'node:zlib';
import { decodeZstd } from './zstd.js';

/** A compression that can be read. */
interface Codec {
  /** Greatest ratio of pixels to compressed bytes that the method can reach; more means a lying header. */
  expansion: number;
  /** Throws an Error for damaged data. The result may be shorter or, by a little, longer than `expected`. */
  decode(data: Uint8Array, expected: number, alone: boolean): Promise<Uint8Array> | Uint8Array;
}

const inflateAside = promisify<Uint8Array, Inflating, Uint8Array>(inflate);

/** Below this a block is decompressed sooner than it is handed to another thread and taken back. */
const LEAST_ASIDE = 256 * 1024;
/** zlib makes its output in one piece where there is room for it and a little more. */
const ROOM = 64;
/** Of a header that lies no more than this is believed at a time. */
const MOST_CHUNK = 2 ** 26;

type Inflating = { maxOutputLength: number; chunkSize: number };

/** Some writers fill up the last strip; more than this on top of it is damage. */
const SLACK = 64 * 1024;

const deflateCodec: Codec = {
  expansion: 1032,
  decode(data, expected, alone) {
    const options = { maxOutputLength: expected + SLACK, chunkSize: Math.min(expected + ROOM, MOST_CHUNK) };
    return alone || expected < LEAST_ASIDE ? inflateSync(data, options) : inflateAside(data, options);
  },
};

/** By the number of TIFF tag 259. JPEG (7) is decoded per image elsewhere. */
const CODECS: Record<number, Codec> = {
  1: { expansion: 1, decode: (data) => data },
  5: { expansion: 2731, decode: decodeLzw },
  8: deflateCodec,
  32946: deflateCodec,
  32773: { expansion: 64, decode: decodePackBits },
  50000: { expansion: 2 ** 15, decode: (data, expected) => decodeZstd(data, expected) },
};

export const JPEG = 7;
const JPEG_EXPANSION = 1024;

const NAMES: Record<number, string> = {
  2: 'CCITT',
  3: 'CCITT fax 3',
  4: 'CCITT fax 4',
  6: 'old-style JPEG',
  34712: 'JPEG 2000',
  33003: 'JPEG 2000',
  33005: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  34933: 'PNG',
  34934: 'JPEG XR',
  50001: 'WebP',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};

/** Greatest expansion of a compression; undefined when it cannot be read. */
export function maximumExpansion(compression: number): number | undefined {
  return compression === JPEG ? JPEG_EXPANSION : CODECS[compression]?.expansion;
}

export function compressionName(compression: number): string {
  return NAMES[compression] ? `${NAMES[compression]} (${compression})` : `number ${compression}`;
}

/**
 * Decompresses a block to `expected` bytes, which may be a view of `data`. Throws an Error that says what is wrong.
 *
 * @param alone whether the thread has nothing else to do meanwhile.
 */
export async function decompress(
  compression: number,
  data: Uint8Array,
  expected: number,
  alone: boolean,
): Promise<Uint8Array> {
  const decoded = await CODECS[compression].decode(data, expected, alone);
  if (decoded.length < expected) throw new Error(`${decoded.length} of ${expected} bytes of pixels could be decoded`);
  return decoded.subarray(0, expected);
}

/** Runs of equal bytes. */
function decodePackBits(data: Uint8Array, expected: number): Uint8Array {
  const result = new Uint8Array(expected);
  let to = 0;
  for (let i = 0; i < data.length && to < expected; ) {
    const code = data[i++];
    if (code < 128) {
      const run = data.subarray(i, Math.min(i + code + 1, i + expected - to));
      result.set(run, to);
      to += run.length;
      i += code + 1;
    } else if (code > 128) {
      const end = Math.min(to + 257 - code, expected);
      result.fill(data[i++], to, end);
      to = end;
    }
  }
  return result.subarray(0, to);
}

/**
 * TIFF's LZW, codes of 9 to 12 bits, high bits first. Many writers leave the end code out.
 */
function decodeLzw(data: Uint8Array, expected: number): Uint8Array {
  const [CLEAR, END] = [256, 257];
  const result = new Uint8Array(expected);
  // Every entry is a piece of the output itself: where it starts and how long it is.
  const starts = new Float64Array(4097);
  const lengths = new Uint16Array(4097);
  let entries = 258;
  let width = 9;
  let bits = 0;
  let held = 0;
  let to = 0;
  let previousStart = -1;
  let previousLength = 0;
  for (let i = 0; to < expected; ) {
    while (held < width && i < data.length) {
      bits = ((bits << 8) | data[i++]) & 0xffffff;
      held += 8;
    }
    if (held < width) break;
    held -= width;
    const code = (bits >>> held) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      entries = 258;
      width = 9;
      previousStart = -1;
      continue;
    }
    const start = to;
    if (code < 256) result[to++] = code;
    else {
      const known = code < entries;
      if (!known && (code > entries || previousStart < 0)) throw new Error('the LZW data are damaged');
      const from = known ? starts[code] : previousStart;
      const length = known ? lengths[code] : previousLength + 1;
      for (let k = 0; k < length && to < expected; k++) result[to++] = result[from + k];
    }
    if (previousStart >= 0 && entries < 4096) {
      starts[entries] = previousStart;
      lengths[entries] = previousLength + 1;
      entries++;
    }
    previousStart = start;
    previousLength = to - start;
    // TIFF switches one code early.
    width = entries >= 2047 ? 12 : entries >= 1023 ? 11 : entries >= 511 ? 10 : 9;
  }
  return result.subarray(0, to);
}
