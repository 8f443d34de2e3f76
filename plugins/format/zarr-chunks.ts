/**
 * Reading chunks of a Zarr array. All are decoded here, in memory that is used again, but those whose values filters
 * change, which are zarrita's.
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
import { damaged, isMissing, type Json, reasonOf } from './container-folder.js';
import { readStored } from './stored-file.js';
import { fromBigEndian, pixelsOf, storedBytes } from './wide-numbers.js';
import { type ByteCodec, byteCodec, prepareCodecs } from './zarr-codec.js';
import type { ChunkLayout } from './zarr-layout.js';
import { parseZarr, type ZarrHeader } from './zarr-metadata.js';
import { chunkInShard, shardReader } from './zarr-shard.js';

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
  const { layout, shard, key } = header;
  const read = await (layout ? directly(folder, header, layout) : byZarrita(folder, header)).catch((cause) => {
    if (cause instanceof BiagraphError) throw cause;
    throw damaged(file, `the settings of its codecs are wrong (${reasonOf(cause)})`, cause);
  });
  return async (position, signal, scratch) => {
    if (signal?.aborted) throw new AbortedError();
    try {
      return await read(position, scratch);
    } catch (cause) {
      if (cause instanceof BiagraphError) throw cause;
      const place = shard ? chunkInShard(position, shard, key) : key(position);
      throw damaged(folder, `chunk ${place} cannot be read (${reasonOf(cause)})`, cause);
    }
  };
}

type Read = (position: readonly number[], scratch: Scratch | undefined) => Promise<Chunk | undefined>;

async function directly(folder: string, header: ZarrHeader, layout: ChunkLayout): Promise<Read> {
  const { chunk, type, shard } = header;
  const size = storedBytes(type);
  const bytes = chunk.reduce((product, side) => product * side, size);
  const strides = new Array<number>(chunk.length);
  stridesOf(layout.order.map((axis) => chunk[axis])).forEach((stride, i) => {
    strides[layout.order[i]] = stride;
  });
  // Checksums add four bytes each; the rest is what incompressible data grow by.
  const most = 2 * bytes + 4096;
  const decoders: ByteCodec[] = [];
  for (const { name, configuration = {} } of layout.codecs)
    decoders.unshift(await byteCodec(name, configuration, { dataType: 'uint8', shape: [bytes] }));
  const readBytes: (at: readonly number[], scratch: Scratch | undefined) => Promise<Uint8Array | undefined> = shard
    ? shardReader(folder, shard, header.key, most)
    : (position, scratch) => readStored(`${folder}/${header.key(position)}`, most, scratch);
  return async (position, scratch) => {
    const stored = await readBytes(position, scratch);
    if (!stored) return undefined;
    if (stored.length === 0 || bytes / stored.length > MOST_EXPANSION)
      throw new Error(`its ${shard ? 'shard' : 'file'} has ${stored.length} bytes for ${bytes}`);
    let decoded = stored;
    for (const codec of decoders) decoded = await codec.decode(decoded, scratch);
    if (decoded.length !== bytes) throw new Error(`it holds ${decoded.length} bytes, expected ${bytes}`);
    if (layout.bigEndian) fromBigEndian(decoded, size);
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
    const { chunk, type, shard } = this.header;
    let stored: Buffer;
    try {
      stored = await readFile(path.join(this.folder, key));
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
      if (shard) return undefined;
      throw new NotStored();
    }
    const bytes = chunk.reduce((product, side) => product * side, storedBytes(type));
    if (!shard && (stored.length === 0 || bytes / stored.length > MOST_EXPANSION))
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
