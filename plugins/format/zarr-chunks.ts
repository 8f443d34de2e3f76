/**
 * Reading chunks of a Zarr array. The usual ones, compressed or not, are decoded here, in memory that is used again; shards,
 * filters and moved axes are zarrita's.
 */

import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { threadId } from 'node:worker_threads';
import FileSystemStore from '@zarrita/storage/fs';
import { open, root } from 'zarrita';
import { AbortedError, BiagraphError } from '../../core/errors.js';
import { stridesOf } from '../../core/image/c-order.js';
import type { Chunk, ChunkReading, ReadChunk } from '../../core/image/chunked-array.js';
import type { Scratch } from '../../core/image/scratch.js';
import { decodeBlosc } from './blosc.js';
import { damaged, isMissing, type Json, reasonOf } from './container-folder.js';
import { readStored } from './stored-file.js';
import { fromBigEndian, pixelsOf, storedBytes } from './wide-numbers.js';
import { type ByteCodec, byteCodec, prepareCodecs } from './zarr-codec.js';
import { parseZarr, type ZarrHeader } from './zarr-metadata.js';

/** Plain data from which any thread can read the chunks. */
export interface ZarrChunks {
  /** Folder of the array. */
  folder: string;
  /** File of the metadata, and what it holds. */
  file: string;
  json: Json;
}

/** Values that a stored byte can stand for at most; more is a lie (Zstandard runs give 32768). */
const MOST_EXPANSION = 40_000;

let count = 0;

/** For threads: {@link zarrChunks} of an array. */
export function zarrReading(input: ZarrChunks): ChunkReading {
  return { id: `zarr ${threadId} ${count++}`, module: import.meta.url, name: zarrChunks.name, input };
}

/** Reads the chunks of an array. @throws FormatError for metadata that are wrong or not supported. */
export async function zarrChunks({ folder, file, json }: ZarrChunks): Promise<ReadChunk> {
  const header = parseZarr(json, file);
  const storage = plainStorage(header);
  const read = storage ? await directly(folder, header, storage) : await byZarrita(folder, header);
  return async (position, signal, scratch) => {
    if (signal?.aborted) throw new AbortedError();
    try {
      return await read(position, scratch);
    } catch (cause) {
      if (cause instanceof BiagraphError) throw cause;
      throw damaged(folder, `chunk ${header.key(position)} cannot be read (${reasonOf(cause)})`, cause);
    }
  };
}

type Read = (position: readonly number[], scratch: Scratch | undefined) => Promise<Chunk | undefined>;

/** How values become the bytes of a file: their order, and compressions one after the other. */
interface PlainStorage {
  bigEndian: boolean;
  order: 'C' | 'F';
  codecs: readonly { name: string; configuration: Json }[];
}

/** Undefined for storage that is left to zarrita. */
function plainStorage({ json, version, sharded }: ZarrHeader): PlainStorage | undefined {
  if (sharded) return undefined;
  if (version === 2) {
    const { dtype, order, filters, compressor } = json as {
      dtype: string;
      order?: 'C' | 'F';
      filters?: unknown[] | null;
      compressor: ({ id: string } & Json) | null;
    };
    if (filters && filters.length > 0) return undefined;
    const codecs = compressor ? [{ name: compressor.id, configuration: compressor }] : [];
    return { bigEndian: dtype.startsWith('>'), order: order ?? 'C', codecs };
  }
  const [bytes, ...codecs] = json.codecs as { name: string; configuration?: Json }[];
  if (bytes.name !== 'bytes' || codecs.some(({ name }) => ARRAY_CODECS.includes(name))) return undefined;
  return {
    bigEndian: bytes.configuration?.endian === 'big',
    order: 'C',
    codecs: codecs.map(({ name, configuration = {} }) => ({ name: name.replace('numcodecs.', ''), configuration })),
  };
}

/** Codecs that work on values and not on bytes. */
const ARRAY_CODECS = ['transpose', 'bytes', 'sharding_indexed', 'bitround', 'json2', 'vlen-utf8'];

async function directly(folder: string, header: ZarrHeader, storage: PlainStorage): Promise<Read> {
  const { chunk, type } = header;
  const size = storedBytes(type);
  const bytes = chunk.reduce((product, side) => product * side, size);
  const sides = storage.order === 'C' ? chunk : [...chunk].reverse();
  const dense = stridesOf(sides);
  const strides = storage.order === 'C' ? dense : dense.reverse();
  // Checksums add four bytes each; the rest is what incompressible data grow by.
  const most = 2 * bytes + 4096;
  const decoders: { name: string; codec: ByteCodec }[] = [];
  for (const { name, configuration } of storage.codecs) {
    const codec = await byteCodec(name, configuration, { dataType: 'uint8', shape: [bytes + 64] });
    decoders.unshift({ name, codec });
  }
  return async (position, scratch) => {
    const stored = await readStored(path.join(folder, header.key(position)), most, scratch);
    if (!stored) return undefined;
    if (stored.length === 0 || bytes / stored.length > MOST_EXPANSION)
      throw new Error(`its file has ${stored.length} bytes for ${bytes}`);
    let decoded: Uint8Array = stored;
    for (const { name, codec } of decoders)
      decoded =
        name === 'blosc'
          ? await decodeBlosc(
              decoded,
              bytes + 64,
              (container) => codec.decode(container),
              (length) => scratch?.take('decoded', length) ?? new Uint8Array(length),
            )
          : await codec.decode(decoded, scratch?.alone);
    if (decoded.length !== bytes) throw new Error(`it holds ${decoded.length} bytes, expected ${bytes}`);
    if (storage.bigEndian) fromBigEndian(decoded, size);
    return { data: pixelsOf(decoded, type), strides };
  };
}

async function byZarrita(folder: string, header: ZarrHeader): Promise<Read> {
  prepareCodecs();
  const location = root(new CheckedStore(folder, header));
  const array = await (header.version === 3
    ? open.v3(location, { kind: 'array' })
    : open.v2(location, { kind: 'array' })
  ).catch((cause) => {
    throw damaged(folder, `the array cannot be opened (${reasonOf(cause)})`, cause);
  });
  const bytes = header.chunk.reduce((product, side) => product * side, storedBytes(header.type));
  return async (position) => {
    try {
      const { data, stride } = await array.getChunk([...position]);
      const { buffer, byteOffset, byteLength } = data as Uint8Array;
      if (byteLength !== bytes) throw new Error(`it holds ${byteLength} bytes, expected ${bytes}`);
      return { data: pixelsOf(new Uint8Array(buffer, byteOffset, byteLength), header.type), strides: stride };
    } catch (cause) {
      if (cause instanceof NotStored) return undefined;
      throw cause;
    }
  };
}

/** A chunk that is not there, for which zarrita would make one of fill values. */
class NotStored extends Error {}

/** The files of one array, with the checked metadata in place of those on the disk, and no short reads. */
class CheckedStore extends FileSystemStore {
  constructor(
    private readonly folder: string,
    private readonly header: ZarrHeader,
  ) {
    super(folder);
  }

  override async get(key: `/${string}`): Promise<Buffer | undefined> {
    if (key === '/zarr.json' || key === '/.zarray') return Buffer.from(JSON.stringify(this.header.json));
    if (key === '/.zattrs') return Buffer.from('{}');
    const { chunk, type, sharded } = this.header;
    let stored: Buffer;
    try {
      stored = await readFile(path.join(this.folder, key));
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
      if (sharded) return undefined;
      throw new NotStored();
    }
    const bytes = chunk.reduce((product, side) => product * side, storedBytes(type));
    if (!sharded && (stored.length === 0 || bytes / stored.length > MOST_EXPANSION))
      throw new Error(`its file has ${stored.length} bytes for ${bytes}`);
    return stored;
  }

  override async getRange(
    key: `/${string}`,
    range: { suffixLength: number } | { offset: number; length: number },
  ): Promise<Uint8Array | undefined> {
    const size = await stat(path.join(this.folder, key)).then(
      (found) => found.size,
      (cause) => {
        if (isMissing(cause)) return undefined;
        throw cause;
      },
    );
    if (size === undefined) return undefined;
    const end = 'suffixLength' in range ? range.suffixLength : range.offset + range.length;
    if (end > size) throw new Error(`its shard has ${size} bytes, but ${end} are asked for`);
    return super.getRange(key, range);
  }
}
