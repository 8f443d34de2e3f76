/**
 * Decoding Blosc 1 containers (https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst): blocks whose bytes or
 * bits were shuffled and then compressed, often in one stream for each byte of a value.
 */
import { inflateSync } from 'node:zlib';
import { unshuffleBits, unshuffleBytes } from './shuffle.js';
import { MARGIN, unpacker } from './unpack.js';
import { decodeZstd } from './zstd.js';

const HEADER = 16;

/** Compressions by their number in the flags. */
const CODECS = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd'] as const;

/** c-blosc's limits for one stream a byte. */
const MOST_SPLITS = 16;
const LEAST_STREAM = 128;

type Rare = (container: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** What the header of a container says, and where each of its blocks lies. */
interface Layout {
  container: Uint8Array;
  /** Bytes of one value, and of what is compressed. */
  size: number;
  bytes: number;
  shuffle: 'bytes' | 'bits' | undefined;
  codec: (typeof CODECS)[number];
  blocks: Block[];
}

interface Block {
  /** Where it goes, and how many bytes it gives. */
  first: number;
  length: number;
  /** Where its streams lie, each of which gives the same number of bytes. */
  streams: { at: number; end: number }[];
}

/**
 * The bytes in a container.
 *
 * @param most more than this is not allocated, whatever the header says.
 * @param rare decodes a whole container whose inner compression is none of lz4, zlib and zstd.
 * @param room gives the array for so many bytes.
 * @throws Error when the container is damaged.
 */
export async function decodeBlosc(
  container: Uint8Array,
  most: number,
  rare: Rare,
  room: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): Promise<Uint8Array> {
  const layout = layoutOf(container, most);
  if (layout === 'stored') {
    const bytes = new DataView(container.buffer, container.byteOffset).getUint32(4, true);
    const result = room(bytes);
    result.set(container.subarray(HEADER, HEADER + bytes));
    return result;
  }
  if (layout.codec === 'blosclz' || layout.codec === 'snappy') return rare(container);
  const result = room(layout.bytes);
  if (layout.codec === 'lz4') for (const block of layout.blocks) lz4Block(layout, block, result);
  else otherBlocks(layout, result);
  return result;
}

function layoutOf(container: Uint8Array, most: number): Layout | 'stored' {
  if (container.length < HEADER) throw new Error('it is shorter than a Blosc header');
  const view = new DataView(container.buffer, container.byteOffset, container.byteLength);
  const [flags, size] = [container[2], container[3]];
  const [bytes, block, stored] = [4, 8, 12].map((at) => view.getUint32(at, true));
  if (stored > container.length) throw new Error('it is shorter than its Blosc header says');
  if (bytes > most) throw new Error(`its blosc header claims ${bytes} bytes, more than the ${most} of a chunk`);
  if (container[0] !== 2 || size === 0 || (bytes > 0 && block === 0)) throw new Error('its Blosc header is damaged');
  if (flags & 0x02) {
    if (stored < HEADER + bytes) throw new Error('it is shorter than its Blosc header says');
    return 'stored';
  }
  const codec = CODECS[flags >> 5];
  if (codec === undefined) throw new Error('its Blosc header is damaged');
  const shuffle = flags & 0x01 && size > 1 ? 'bytes' : flags & 0x04 && block >= size ? 'bits' : undefined;
  const blocks: Block[] = [];
  // Other compressions may place streams in other ways, and are decoded elsewhere.
  const known = codec === 'lz4' || codec === 'zlib' || codec === 'zstd';
  const count = known ? Math.ceil(bytes / block) : 0;
  if (HEADER + 4 * count > stored) throw new Error('its Blosc header is damaged');
  for (let i = 0; i < count; i++) {
    const first = i * block;
    const length = Math.min(block, bytes - first);
    const splits =
      !(flags & 0x10) && size <= MOST_SPLITS && block / size >= LEAST_STREAM && length === block ? size : 1;
    const streams: Block['streams'] = [];
    let at = view.getUint32(HEADER + 4 * i, true);
    for (let part = 0; part < splits; part++) {
      if (at < HEADER || at + 4 > stored) throw new Error('its Blosc header is damaged');
      const packed = view.getUint32(at, true);
      at += 4;
      if (packed > stored - at) throw new Error('its Blosc header is damaged');
      streams.push({ at, end: at + packed });
      at += packed;
    }
    blocks.push({ first, length, streams });
  }
  return { container, size, bytes, shuffle, codec, blocks };
}

/** Decodes and unshuffles within the memory of the unpacker: what is compressed goes in, values come out. */
function lz4Block({ container, size, shuffle }: Layout, { first, length, streams }: Block, result: Uint8Array): void {
  const start = streams[0].at;
  const { end } = streams[streams.length - 1];
  const decoded = 2 * MARGIN + end - start;
  const joined = decoded + length + MARGIN;
  const { bytes, lz4, join } = unpacker(joined + length + MARGIN);
  bytes.set(container.subarray(start, end), MARGIN);
  const stream = Math.floor(length / streams.length);
  for (const [part, { at, end: stop }] of streams.entries()) {
    const from = MARGIN + at - start;
    const to = decoded + part * stream;
    if (stop - at === stream) bytes.copyWithin(to, from, from + stream);
    else if (lz4(from, from + stop - at, to, to + stream) !== to + stream) throw new Error('its lz4 block is damaged');
  }
  if (shuffle === 'bits') unshuffleBits(bytes.subarray(decoded, decoded + length), size, result, first);
  else if (shuffle === 'bytes') {
    const values = Math.floor(length / size);
    join(decoded, values, size, joined);
    bytes.copyWithin(joined + values * size, decoded + values * size, decoded + length);
    result.set(bytes.subarray(joined, joined + length), first);
  } else result.set(bytes.subarray(decoded, decoded + length), first);
}

function otherBlocks(layout: Layout, result: Uint8Array): void {
  const { container, size, shuffle, codec, blocks } = layout;
  const scratch = shuffle && new Uint8Array(Math.max(...blocks.map(({ length }) => length), 0));
  for (const { first, length, streams } of blocks) {
    const target = scratch ? scratch.subarray(0, length) : result.subarray(first, first + length);
    const stream = Math.floor(length / streams.length);
    for (const [part, { at, end }] of streams.entries()) {
      const packed = container.subarray(at, end);
      const found =
        packed.length === stream
          ? packed
          : codec === 'zlib'
            ? inflateSync(packed, { maxOutputLength: Math.max(stream, 1) })
            : decodeZstd(packed, stream);
      if (found.length !== stream) throw new Error(`its ${codec} block is damaged`);
      target.set(found, part * stream);
    }
    if (shuffle === 'bytes') unshuffleBytes(target, size, result, first);
    else if (shuffle === 'bits') unshuffleBits(target, size, result, first);
  }
}
