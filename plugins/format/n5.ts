/**
 * Reading N5 (https://github.com/saalfeldlab/n5, "File-system specification"): axes run x first, values are big-endian, and
 * every block has a header with its own size.
 */

import path from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { AbortedError } from '../../core/errors.js';
import { stridesOf } from '../../core/image/c-order.js';
import type { Chunk, ChunkedArray } from '../../core/image/chunked-array.js';
import { sizeOf } from '../../core/image/image.js';
import { defineContainer } from '../../core/plugin/define.js';
import { axisLetters, spacingOf } from './container-attributes.js';
import {
  damaged,
  innerPath,
  inside,
  isFolder,
  type Json,
  MOST_DEPTH,
  readJson,
  reasonOf,
  subfolders,
} from './container-folder.js';
import { decodeLz4 } from './lz4.js';
import { readStored } from './stored-file.js';
import { fromBigEndian, pixelsOf, pixelType, type StoredType, storedBytes, storedType } from './wide-numbers.js';
import { byteCodec, gunzip, unzlib } from './zarr-codec.js';

const Attributes = Type.Object({
  dimensions: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 8 }),
  blockSize: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 8 }),
  dataType: Type.String(),
  compression: Type.Optional(Type.Object({ type: Type.String(), useZlib: Type.Optional(Type.Boolean()) })),
  compressionType: Type.Optional(Type.String()),
  axes: Type.Optional(Type.Unknown()),
});

export const n5 = defineContainer({
  id: 'n5',
  extensions: ['.n5'],
  async detects(folder, head) {
    if (head !== undefined) return false;
    if (/\.n5$/i.test(folder)) return true;
    const json = await readJson(path.join(folder, 'attributes.json')).catch(() => undefined);
    return json !== undefined && ('n5' in json || 'blockSize' in json);
  },
  open: (container, { array }) => openN5(container, array),
});

async function openN5(container: string, wanted?: string): Promise<ChunkedArray> {
  if (!(await isFolder(container))) throw damaged(container, 'expected the folder of an N5 container');
  const start = wanted ? innerPath(container, wanted) : '';
  const found = await findDataset(inside(container, start), 0);
  if (!found) throw damaged(inside(container, start), 'there is no N5 dataset (no attributes.json with dimensions)');
  return openDataset(found.folder, found.json);
}

async function findDataset(folder: string, depth: number): Promise<{ folder: string; json: Json } | undefined> {
  const json = await readJson(path.join(folder, 'attributes.json'));
  if (json?.dimensions !== undefined) return { folder, json };
  if (depth >= MOST_DEPTH) return undefined;
  for (const name of await subfolders(folder).catch(() => [])) {
    const found = await findDataset(path.join(folder, name), depth + 1);
    if (found) return found;
  }
  return undefined;
}

const MOST_BLOCK_BYTES = 2 ** 30;

function openDataset(folder: string, json: Json): ChunkedArray {
  const file = path.join(folder, 'attributes.json');
  if (!Value.Check(Attributes, json)) {
    const [first] = Value.Errors(Attributes, json);
    throw damaged(
      file,
      `the metadata of an N5 dataset are wrong at '${first?.instancePath.slice(1)}': ${first?.message}`,
    );
  }
  const meta: Static<typeof Attributes> = json;
  const type = storedType(meta.dataType);
  if (!type || type === 'bool')
    throw damaged(file, `values of type '${meta.dataType}' cannot be read. Save it with another type.`);
  const shape = [...meta.dimensions].reverse();
  const chunk = [...meta.blockSize].reverse();
  if (shape.length !== chunk.length)
    throw damaged(file, `the dataset has ${shape.length} axes, but its blocks have ${chunk.length}`);
  const bytes = chunk.reduce((product, side) => product * side, storedBytes(type));
  if (bytes > MOST_BLOCK_BYTES)
    throw damaged(
      file,
      `a block of ${chunk.join('×')} takes ${bytes} bytes, more than the ${MOST_BLOCK_BYTES} that can be read at once. Save it with smaller blocks.`,
    );
  const compression = meta.compression ?? { type: meta.compressionType ?? 'raw' };
  if (!COMPRESSIONS.includes(compression.type))
    throw damaged(
      file,
      `blocks compressed with '${compression.type}' cannot be read. Save them with one of ${COMPRESSIONS.join(', ')}.`,
    );
  // A header, and what incompressible values grow by.
  const mostStored = 2 * sizeOf(chunk) * storedBytes(type) + 4096;
  const axes = axisLetters(Array.isArray(meta.axes) ? [...meta.axes].reverse() : undefined);
  return {
    file: folder,
    shape,
    chunk,
    dtype: pixelType(type),
    ...(axes?.length === shape.length && { axes }),
    metadata: spacingOf(json, true),
    attributes: json,
    fill: 0,
    async readChunk(position, signal) {
      if (signal?.aborted) throw new AbortedError();
      const name = [...position].reverse().join('/');
      try {
        const stored = await readStored(path.join(folder, name), mostStored, undefined);
        if (!stored) return undefined;
        const least = chunk.map((side, axis) => Math.min(side, shape[axis] - position[axis] * side));
        return await decodeBlock(Buffer.from(stored.buffer), chunk, least, type, compression);
      } catch (cause) {
        throw damaged(folder, `block ${name} cannot be read (${reasonOf(cause)})`, cause);
      }
    },
    close: async () => {},
  };
}

/** The header: mode, number of axes, sides with x first, and for mode 1 the number of values. */
async function decodeBlock(
  stored: Buffer,
  chunk: readonly number[],
  least: readonly number[],
  type: StoredType,
  compression: Compression,
): Promise<Chunk> {
  if (stored.length < 4) throw new Error('it is shorter than its header');
  const mode = stored.readUInt16BE(0);
  const ndim = stored.readUInt16BE(2);
  if (mode > 1) throw new Error(`blocks of mode ${mode} hold no pixels`);
  const header = 4 + 4 * ndim + 4 * mode;
  if (ndim !== chunk.length || stored.length < header) throw new Error('its header is damaged');
  const sides = chunk.map((_, axis) => stored.readUInt32BE(4 + 4 * (ndim - 1 - axis)));
  if (sides.some((side, axis) => side < 1 || side > chunk[axis]))
    throw new Error(`it claims to be ${sides.join('×')}, more than a block of ${chunk.join('×')}`);
  if (sides.some((side, axis) => side < least[axis]))
    throw new Error(`it is ${sides.join('×')}, but ${least.join('×')} of it belong to the image`);
  const bytes = sides.reduce((product, side) => product * side, storedBytes(type));
  const decoded = await decompress(stored.subarray(header), bytes, compression);
  if (decoded.length !== bytes) throw new Error(`it holds ${decoded.length} bytes, expected ${bytes}`);
  // What Node reads may be a part of a shared buffer, and is turned around in place.
  const own = new Uint8Array(decoded);
  const strides = stridesOf(sides);
  return { data: pixelsOf(fromBigEndian(own, storedBytes(type)), type), strides };
}

interface Compression {
  type: string;
  useZlib?: boolean;
}

const COMPRESSIONS = ['raw', 'gzip', 'blosc', 'zstd', 'lz4'];

async function decompress(bytes: Uint8Array, most: number, { type, useZlib }: Compression): Promise<Uint8Array> {
  if (type === 'raw') return bytes;
  if (type === 'gzip') return useZlib ? unzlib(bytes, most) : gunzip(bytes, most);
  if (type === 'lz4') return unblockLz4(bytes, most);
  const codec = await byteCodec(type, {}, { dataType: 'uint8', shape: [most] });
  return codec.decode(bytes);
}

/** LZ4 as Java's LZ4BlockOutputStream frames it: `LZ4Block`, a token, two lengths, a checksum; little-endian. */
function unblockLz4(bytes: Uint8Array, most: number): Uint8Array {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const result = new Uint8Array(most);
  let written = 0;
  for (let at = 0; at < view.length; ) {
    if (view.length < at + 21 || view.toString('latin1', at, at + 8) !== 'LZ4Block')
      throw new Error('it is no LZ4 stream');
    const method = view[at + 8] & 0xf0;
    const [packed, plain] = [view.readInt32LE(at + 9), view.readInt32LE(at + 13)];
    at += 21;
    if (plain === 0) break;
    if (packed < 0 || plain < 0 || at + packed > view.length || written + plain > most)
      throw new Error('its LZ4 header is damaged');
    const part = view.subarray(at, at + packed);
    if (method === 0x10) result.set(part, written);
    else if (decodeLz4(part, 0, packed, result, written, written + plain) !== written + plain)
      throw new Error('its LZ4 block is damaged');
    written += plain;
    at += packed;
  }
  return result.subarray(0, written);
}
