/**
 * Decoding Blosc 1 containers (https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst): blocks whose bytes or
 * bits were shuffled and then compressed, often in one stream for each byte of a value.
 */
import { inflateSync } from 'node:zlib';
import { decodeLz4 } from './lz4.js';
import { unshuffleBits, unshuffleBytes } from './shuffle.js';
import { decodeZstd } from './zstd.js';

const HEADER = 16;

/** Compressions by their number in the flags. */
const CODECS = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd'] as const;

/** c-blosc's limits for one stream a byte. */
const MOST_SPLITS = 16;
const LEAST_STREAM = 128;

type Decoder = (
  source: Uint8Array,
  from: number,
  end: number,
  target: Uint8Array,
  to: number,
  bytes: number,
) => number | Promise<number>;

/**
 * The bytes in a container.
 *
 * @param most more than this is not allocated, whatever the header says.
 * @param rare decodes a whole container whose inner compression is none of lz4, zlib and zstd.
 * @throws Error when the container is damaged.
 */
export async function decodeBlosc(
  container: Uint8Array,
  most: number,
  rare: (container: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (container.length < HEADER) throw new Error('it is shorter than a Blosc header');
  const view = new DataView(container.buffer, container.byteOffset, container.byteLength);
  const [flags, size] = [container[2], container[3]];
  const [bytes, block, stored] = [4, 8, 12].map((at) => view.getUint32(at, true));
  if (stored > container.length) throw new Error('it is shorter than its Blosc header says');
  if (bytes > most) throw new Error(`its blosc header claims ${bytes} bytes, more than the ${most} of a chunk`);
  if (container[0] !== 2 || size === 0 || (bytes > 0 && block === 0)) throw new Error('its Blosc header is damaged');
  if (flags & 0x02) {
    if (stored < HEADER + bytes) throw new Error('it is shorter than its Blosc header says');
    return container.slice(HEADER, HEADER + bytes);
  }
  const codec = CODECS[flags >> 5];
  const decode = codec === 'lz4' ? lz4 : codec === 'zlib' ? zlib : codec === 'zstd' ? zstd : undefined;
  if (!decode) return rare(container);
  const blocks = Math.ceil(bytes / block);
  if (HEADER + 4 * blocks > stored) throw new Error('its Blosc header is damaged');
  const shuffle = flags & 0x01 && size > 1 ? unshuffleBytes : flags & 0x04 && block >= size ? unshuffleBits : undefined;
  const result = new Uint8Array(bytes);
  const scratch = shuffle && new Uint8Array(Math.min(block, bytes));
  for (let i = 0; i < blocks; i++) {
    const first = i * block;
    const length = Math.min(block, bytes - first);
    const splits =
      !(flags & 0x10) && size <= MOST_SPLITS && block / size >= LEAST_STREAM && length === block ? size : 1;
    const [target, to] = scratch ? [scratch, 0] : [result, first];
    let at = view.getUint32(HEADER + 4 * i, true);
    const stream = Math.floor(length / splits);
    for (let part = 0; part < splits; part++) {
      if (at < HEADER || at + 4 > stored) throw new Error('its Blosc header is damaged');
      const packed = view.getUint32(at, true);
      at += 4;
      if (packed > stored - at) throw new Error('its Blosc header is damaged');
      const place = to + part * stream;
      if (packed === stream) target.set(container.subarray(at, at + packed), place);
      else {
        const found = decode(container, at, at + packed, target, place, stream);
        if ((typeof found === 'number' ? found : await found) !== stream)
          throw new Error(`its ${codec} block is damaged`);
      }
      at += packed;
    }
    if (scratch) shuffle(length === scratch.length ? scratch : scratch.subarray(0, length), size, result, first);
  }
  return result;
}

const lz4: Decoder = (source, from, end, target, to, bytes) =>
  decodeLz4(source, from, end, target, to, to + bytes) - to;

const zlib: Decoder = (source, from, end, target, to, bytes) => {
  const found = inflateSync(source.subarray(from, end), { maxOutputLength: Math.max(bytes, 1) });
  target.set(found, to);
  return found.length;
};

const zstd: Decoder = async (source, from, end, target, to, bytes) => {
  const found = await decodeZstd(source.subarray(from, end), bytes);
  if (found.length === bytes) target.set(found, to);
  return found.length;
};
