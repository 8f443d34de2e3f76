/**
 * How the values of a Zarr array become the bytes of its files: the order of axes and bytes, compressions, and shards.
 */
import { damaged, type Json, unsupported } from './container-folder.js';

export interface Codec {
  name: string;
  configuration?: Json;
}

/** Of one chunk. */
export interface ChunkLayout {
  /** The axis of the array that each stored axis is, the slowest first. */
  order: readonly number[];
  bigEndian: boolean;
  /** Compressions and checksums in the order in which they were done. */
  codecs: readonly Codec[];
}

/** Chunks that lie in one file, with an index of where each is. */
export interface ShardLayout {
  /** Sides of a chunk, along the axes of the array. */
  chunk: readonly number[];
  /** Chunks of a shard along each axis of the array. */
  grid: readonly number[];
  /** The axis of the array that each axis of the index is, the slowest first. */
  order: readonly number[];
  /** Codecs of the chunks. */
  codecs: readonly Codec[];
  index: { atStart: boolean; bigEndian: boolean; checked: boolean };
}

/** A compression as zarr-python names it without the name of its library. */
export function plainName(name: string): string {
  return name.replace(/^numcodecs\./, '');
}

/** Compressions and checksums, which work on bytes. */
const BYTE_CODECS = ['blosc', 'lz4', 'zstd', 'gzip', 'zlib', 'crc32c'];

/** Of a chunk in version 2; undefined where filters change values. */
export function layoutOfVersion2({ dtype, order, filters, compressor, chunks }: Json): ChunkLayout | undefined {
  if (Array.isArray(filters) && filters.length > 0) return undefined;
  const axes = axesOf((chunks as unknown[]).length);
  const packing = compressor as ({ id: string } & Json) | null;
  return {
    order: order === 'F' ? axes.reverse() : axes,
    bigEndian: (dtype as string).startsWith('>'),
    codecs: packing ? [{ name: packing.id, configuration: packing }] : [],
  };
}

/**
 * Of a chunk in version 3; undefined where codecs change values.
 *
 * @param before the order of axes that the codecs get.
 */
export function layoutOfVersion3(codecs: readonly Codec[], before: readonly number[]): ChunkLayout | undefined {
  const { order, rest } = withoutTransposes(codecs, before);
  const [bytes, ...others] = rest;
  if (bytes?.name !== 'bytes' || others.some(({ name }) => !BYTE_CODECS.includes(plainName(name)))) return undefined;
  return {
    order,
    bigEndian: bytes.configuration?.endian === 'big',
    codecs: others.map(({ name, configuration = {} }) => ({ name: plainName(name), configuration })),
  };
}

/**
 * Of the shards of an array in version 3; undefined for one without.
 *
 * @param shard sides of a shard.
 * @throws FormatError for shards that are wrong or not supported.
 */
export function shardLayout(codecs: readonly Codec[], shard: readonly number[], file: string): ShardLayout | undefined {
  if (!codecs.some(({ name }) => name === 'sharding_indexed')) return undefined;
  const { order, rest } = withoutTransposes(codecs, axesOf(shard.length), file);
  const [{ name, configuration = {} }, ...packing] = rest;
  if (name !== 'sharding_indexed' || packing.length > 0) throw unsupported(file, 'shards within other codecs');
  const { chunk_shape: sides, codecs: inner, index_codecs: indexing, index_location: place = 'end' } = configuration;
  if (!isSides(sides) || !areCodecs(inner) || !areCodecs(indexing) || (place !== 'start' && place !== 'end'))
    throw damaged(file, 'the sharding codec lacks chunk_shape, codecs or index_codecs');
  if (sides.length !== shard.length || sides.some((side, i) => shard[order[i]] % side !== 0))
    throw damaged(file, `shards of ${shard.join('×')} do not divide into chunks of ${sides.join('×')}`);
  if (inner.some((codec) => codec.name === 'sharding_indexed')) throw unsupported(file, 'shards of shards');
  const [bytes, ...checks] = indexing;
  if (bytes.name !== 'bytes' || checks.length > 1 || checks.some((check) => check.name !== 'crc32c'))
    throw unsupported(file, 'shards whose index has other codecs than bytes and crc32c');
  const chunk = new Array<number>(shard.length);
  order.forEach((axis, i) => {
    chunk[axis] = sides[i];
  });
  return {
    chunk,
    grid: shard.map((side, axis) => side / chunk[axis]),
    order,
    codecs: inner,
    index: {
      atStart: place === 'start',
      bigEndian: bytes.configuration?.endian === 'big',
      checked: checks.length > 0,
    },
  };
}

function axesOf(count: number): number[] {
  return Array.from({ length: count }, (_, axis) => axis);
}

/** Codecs after those that change the order of axes, and what that order is. @throws FormatError for orders that are none. */
function withoutTransposes(codecs: readonly Codec[], before: readonly number[], file = '') {
  let order = [...before];
  let at = 0;
  for (; codecs[at]?.name === 'transpose'; at++) {
    const told = codecs[at].configuration?.order ?? 'C';
    const axes = told === 'C' ? axesOf(order.length) : told === 'F' ? axesOf(order.length).reverse() : told;
    if (!Array.isArray(axes) || [...axes].sort((a, b) => a - b).join() !== axesOf(order.length).join())
      throw damaged(file, `the transposition ${JSON.stringify(told)} is none of ${order.length} axes`);
    order = (axes as number[]).map((axis) => order[axis]);
  }
  return { order, rest: codecs.slice(at) };
}

function isSides(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isInteger(side) && side > 0);
}

function areCodecs(value: unknown): value is Codec[] {
  const isCodec = (codec: unknown) => typeof (codec as Codec | null)?.name === 'string';
  return Array.isArray(value) && value.length > 0 && value.every(isCodec);
}
