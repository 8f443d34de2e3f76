/**
 * Codecs beside those of zarrita: gzip and zlib by Node, which also write, CRC-32C that is checked, and decoders of Blosc,
 * LZ4 and Zstandard that are quick and end in a message, not in memory that only a damaged header asks for.
 */
import { promisify } from 'node:util';
import { deflate, gunzipSync, gzip, inflate, inflateSync, gunzip as unzip } from 'node:zlib';
import { registry } from 'zarrita';
import { roomFor, type Scratch } from '../../core/image/scratch.js';
import { crc32c } from '../../core/job/crc32c.js';
import { decodeBlosc } from './blosc.js';
import { decodeLz4 } from './lz4.js';
import { decodeZstd, frameHeader } from './zstd.js';

const [deflating, gzipping, inflating, gunzipping] = [deflate, gzip, inflate, unzip].map((work) =>
  promisify(work as (bytes: Uint8Array, options: object, done: (error: Error | null, result: Buffer) => void) => void),
) as ((bytes: Uint8Array, options: object) => Promise<Buffer>)[];

/** Bytes to bytes, as zarrita and numcodecs know them. */
export interface ByteCodec {
  encode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** @param scratch the result may lie in it. */
  decode(bytes: Uint8Array, scratch?: Scratch): Uint8Array | Promise<Uint8Array>;
}

type Undo = (bytes: Uint8Array, most: number, scratch?: Scratch) => Uint8Array | Promise<Uint8Array>;

/**
 * Undoes gzip (or zlib); gives no more than `most` bytes. @throws Error for damaged data.
 *
 * @param scratch tells whether the thread has nothing else to do meanwhile.
 */
export const gunzip: Undo = (bytes, most, scratch) => within(most, bytes, scratch?.alone ? gunzipSync : gunzipping);

export const unzlib: Undo = (bytes, most, scratch) => within(most, bytes, scratch?.alone ? inflateSync : inflating);

async function within(
  most: number,
  bytes: Uint8Array,
  undo: (bytes: Uint8Array, options: object) => Buffer | Promise<Buffer>,
): Promise<Buffer> {
  try {
    return await undo(bytes, inOnePiece(bytes, most));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw cause;
    throw new Error(`it unpacks to more than the ${most} bytes of a chunk`, { cause });
  }
}

/** Deflate makes at most 1032 bytes of one: what more a header claims is not allocated. */
const MOST_DEFLATED = 1032;

/** The result in one buffer instead of many that are joined. The byte on top spares zlib a look for more. */
function inOnePiece(bytes: Uint8Array, most: number): object {
  const maxOutputLength = Math.max(most, 1);
  const chunkSize = Math.max(Math.min(maxOutputLength + 1, bytes.length * MOST_DEFLATED), 64);
  return { maxOutputLength, chunkSize };
}

type Configuration = Record<string, unknown>;
interface ChunkMeta {
  dataType: string;
  shape: readonly number[];
}

/** Bytes that checksums and the like add to a chunk at most. */
const BESIDE_VALUES = 64;

/** Filters such as shuffle keep the size, checksums add a little. */
function limitsOf({ shape, dataType }: ChunkMeta): Limits {
  const bits = Number(/\d+$/.exec(dataType)?.[0] ?? 8);
  const values = shape.reduce((product, side) => product * side, 1);
  return { most: values * (dataType === 'uint8' ? 1 : 8) + BESIDE_VALUES, usual: (values * bits) / 8 };
}

/** What is the same for all chunks is found at the first that is decoded; who only encodes need not tell their shape. */
function once<T>(find: () => T): () => T {
  let found: T | undefined;
  return () => {
    found ??= find();
    return found;
  };
}

/** Of a chunk that is known by its bytes alone. */
export function limitsOfBytes(bytes: number): Limits {
  return limitsOf({ dataType: 'uint8', shape: [bytes] });
}

function deflateCodec(pack: typeof gzipping, unpack: Undo) {
  return {
    fromConfig(configuration: Configuration, meta: ChunkMeta) {
      const limits = once(() => limitsOf(meta));
      const level = typeof configuration?.level === 'number' ? configuration.level : 5;
      return {
        kind: 'bytes_to_bytes' as const,
        encode: (bytes: Uint8Array) => pack(bytes, { level: Math.min(Math.max(level, 0), 9) }),
        decode: (bytes: Uint8Array, scratch?: Scratch) => unpack(bytes, limits().most, scratch),
      };
    },
  };
}

const checksum = {
  fromConfig: () => ({
    kind: 'bytes_to_bytes' as const,
    encode(bytes: Uint8Array) {
      const result = new Uint8Array(bytes.length + 4);
      result.set(bytes);
      new DataView(result.buffer).setUint32(bytes.length, crc32c(bytes), true);
      return result;
    },
    decode(bytes: Uint8Array) {
      if (bytes.length < 4) throw new Error('it is too short for its checksum');
      const content = bytes.subarray(0, bytes.length - 4);
      const stored = new DataView(bytes.buffer, bytes.byteOffset + content.length, 4).getUint32(0, true);
      if (stored !== crc32c(content)) throw new Error('its checksum is wrong');
      return content;
    },
    computeEncodedSize: (size: number) => size + 4,
  }),
};

type Factory = { fromConfig(configuration: Configuration, meta: ChunkMeta): ByteCodec & { kind?: string } };
type Original = () => Promise<Factory>;
/** Bytes that are given at most, and those of a chunk without anything beside its values. */
interface Limits {
  most: number;
  usual: number;
}

type Decode = (
  bytes: Uint8Array,
  limits: Limits,
  original: ByteCodec,
  scratch?: Scratch,
) => Uint8Array | Promise<Uint8Array>;

/**
 * Decoders in place of those of numcodecs, which hand bytes to WebAssembly one at a time and allocate whatever the header
 * of a chunk says.
 */
const decoders: Readonly<Record<'blosc' | 'lz4' | 'zstd', Decode>> = {
  blosc: (bytes, { most }, original, scratch) =>
    decodeBlosc(bytes, most, (container) => original.decode(container), roomFor('decoded', scratch)),
  lz4(bytes, { most }) {
    if (bytes.length < 4) throw new Error('it is shorter than an LZ4 header');
    const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    requireSize('lz4', size, most);
    const result = new Uint8Array(size);
    if (decodeLz4(bytes, 4, bytes.length, result, 0, size) !== size) throw new Error('its LZ4 block is damaged');
    return result;
  },
  zstd: (bytes, limits, _, scratch) => unzstd(bytes, limits, scratch),
};

/** Undoes Zstandard; gives no more than `most` bytes. @throws Error for damaged data. */
export function unzstd(bytes: Uint8Array, { most, usual }: Limits, scratch?: Scratch): Uint8Array {
  const { size } = frameHeader(bytes);
  // A frame that does not tell its size, as streams write it, could have any; it must be that of the chunk.
  if (size === undefined) return decodeZstd(bytes, usual, scratch);
  requireSize('zstd', size, most);
  const result = decodeZstd(bytes, size, scratch);
  if (result.length !== size) throw new Error('the zstd data are damaged');
  return result;
}

function requireSize(codec: string, claimed: number, most: number): void {
  if (claimed > most) throw new Error(`its ${codec} header claims ${claimed} bytes, more than the ${most} of a chunk`);
}

function replaced(codec: keyof typeof decoders, load: Original): Original {
  return async () => {
    const original = await load();
    return {
      fromConfig(configuration, meta) {
        const inner = original.fromConfig(configuration, meta);
        const limits = once(() => limitsOf(meta));
        return {
          encode: (bytes) => inner.encode(bytes),
          decode: (bytes, scratch) => decoders[codec](bytes, limits(), inner, scratch),
        };
      },
    };
  };
}

type Entry = Parameters<typeof registry.set>[1];
let prepared = false;

/** Puts the codecs above into zarrita's registry; further calls do nothing. */
export function prepareCodecs(): void {
  if (prepared) return;
  prepared = true;
  const set = (name: string, entry: () => unknown) => {
    for (const key of [name, `numcodecs.${name}`]) registry.set(key, entry as Entry);
  };
  for (const name of ['blosc', 'lz4', 'zstd'] as const) {
    const load = registry.get(name) as unknown as Original;
    set(name, replaced(name, load));
  }
  set('gzip', () => deflateCodec(gzipping, gunzip));
  set('zlib', () => deflateCodec(deflating, unzlib));
  set('crc32c', () => checksum);
}

/** A codec of the registry by its Zarr name. @throws Error when there is none. */
export async function byteCodec(name: string, configuration: Configuration, meta: ChunkMeta): Promise<ByteCodec> {
  prepareCodecs();
  const factory = (await registry.get(name)?.()) as Factory | undefined;
  if (!factory) throw new Error(`the compression '${name}' is not known`);
  return factory.fromConfig(configuration, meta);
}

/** Names of the codecs that can be read. */
export function knownCodecs(): string[] {
  prepareCodecs();
  return [...registry.keys()];
}
