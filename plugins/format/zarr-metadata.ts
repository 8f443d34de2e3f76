/**
 * Metadata of Zarr arrays (v2 and v3), checked before anything is read or allocated.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { damaged, type Json, unsupported } from './container-folder.js';
import { pixelType, type StoredType, storedBytes, storedType } from './wide-numbers.js';
import { knownCodecs } from './zarr-codec.js';
import {
  type ChunkLayout,
  layoutOfVersion2,
  layoutOfVersion3,
  plainName,
  type ShardLayout,
  shardLayout,
} from './zarr-layout.js';

const Shape = Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: 8 });
const Sides = Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 8 });
const Named = Type.Object({
  name: Type.String(),
  configuration: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
const Filter = Type.Object({ id: Type.String() });

const Version2 = Type.Object({
  zarr_format: Type.Literal(2),
  shape: Shape,
  chunks: Sides,
  dtype: Type.String(),
  order: Type.Optional(Type.Union([Type.Literal('C'), Type.Literal('F')])),
  compressor: Type.Union([Filter, Type.Null()]),
  filters: Type.Optional(Type.Union([Type.Array(Filter), Type.Null()])),
  fill_value: Type.Optional(Type.Unknown()),
  dimension_separator: Type.Optional(Type.Union([Type.Literal('.'), Type.Literal('/')])),
});

const Version3 = Type.Object({
  zarr_format: Type.Literal(3),
  node_type: Type.Literal('array'),
  shape: Shape,
  data_type: Type.String(),
  chunk_grid: Type.Object({ name: Type.Literal('regular'), configuration: Type.Object({ chunk_shape: Sides }) }),
  chunk_key_encoding: Type.Object({
    name: Type.Union([Type.Literal('default'), Type.Literal('v2')]),
    configuration: Type.Optional(
      Type.Object({ separator: Type.Optional(Type.Union([Type.Literal('.'), Type.Literal('/')])) }),
    ),
  }),
  codecs: Type.Array(Named, { minItems: 1 }),
  storage_transformers: Type.Optional(Type.Array(Type.Object({ name: Type.String() }))),
  fill_value: Type.Optional(Type.Unknown()),
  dimension_names: Type.Optional(Type.Union([Type.Array(Type.Union([Type.String(), Type.Null()])), Type.Null()])),
});

type DeltaFilter = { id: string; dtype?: string; astype?: string };

/** What is known of an array before it is opened. */
export interface ZarrHeader {
  version: 2 | 3;
  shape: number[];
  /** Sides of what is decoded at once: a chunk, or an inner chunk of a shard. */
  chunk: number[];
  type: StoredType;
  fill: number;
  /** Undefined where filters change values, which is left to zarrita. */
  layout?: ChunkLayout;
  shard?: ShardLayout;
  dimensionNames?: unknown;
  /** Name of the file of a chunk, or of a shard, below the array. */
  key(position: readonly number[]): string;
  /** The metadata as zarrita shall see them: types that it does not know replaced by ones of the same size. */
  json: Json;
}

/** Largest chunk: what is decoded at once must fit into memory several times. */
const MOST_CHUNK_BYTES = 2 ** 30;

/** @throws FormatError naming the field that is wrong or not supported. */
export function parseZarr(json: Json, file: string): ZarrHeader {
  const header = json.zarr_format === 3 ? parseVersion3(json, file) : parseVersion2(json, file);
  const { shape, chunk, type } = header;
  if (chunk.length !== shape.length)
    throw damaged(file, `the array has ${shape.length} axes, but its chunks have ${chunk.length}`);
  if (shape.some((side) => side === 0)) throw damaged(file, `the array is empty (${shape.join('×')})`);
  const voxels = shape.reduce((product, side) => product * side, 1);
  if (!Number.isSafeInteger(voxels)) throw damaged(file, `a shape of ${shape.join('×')} is none of an image`);
  const bytes = chunk.reduce((product, side) => product * side, storedBytes(type));
  if (bytes > MOST_CHUNK_BYTES)
    throw damaged(
      file,
      `a chunk of ${chunk.join('×')} takes ${bytes} bytes, more than the ${MOST_CHUNK_BYTES} that can be read at once. Save it with smaller chunks.`,
    );
  return header;
}

function parseVersion2(json: Json, file: string): ZarrHeader {
  const meta = parsed(Version2, json, file);
  const match = /^[<>|=]([a-z]\d+)$/.exec(meta.dtype);
  const names: Readonly<Record<string, StoredType>> = {
    b1: 'bool',
    i1: 'int8',
    u1: 'uint8',
    i2: 'int16',
    u2: 'uint16',
    i4: 'int32',
    u4: 'uint32',
    i8: 'int64',
    u8: 'uint64',
    f2: 'float16',
    f4: 'float32',
    f8: 'float64',
  };
  const type = match ? names[match[1]] : undefined;
  if (!type) throw unsupported(file, `values of type '${meta.dtype}'`);
  requireCodecs(
    [...(meta.filters ?? []), ...(meta.compressor ? [meta.compressor] : [])].map(({ id }) => id),
    file,
    ['fixedscaleoffset'],
  );
  for (const { id, dtype = meta.dtype, astype = dtype } of (meta.filters ?? []) as DeltaFilter[])
    if (id === 'delta' && (dtype !== meta.dtype || astype !== meta.dtype))
      throw unsupported(file, `the filter 'delta' from ${astype} to ${dtype}`);
  const separator = meta.dimension_separator ?? '.';
  const plain: Partial<Record<StoredType, string>> = { float16: 'u2', bool: 'u1' };
  return {
    version: 2,
    shape: meta.shape,
    chunk: meta.chunks,
    type,
    fill: fillOf(meta.fill_value, type, file),
    layout: layoutOfVersion2(json),
    key: (position) => position.join(separator),
    json: { ...json, fill_value: 0, dtype: plain[type] ? meta.dtype[0] + plain[type] : meta.dtype },
  };
}

function parseVersion3(json: Json, file: string): ZarrHeader {
  const meta = parsed(Version3, json, file);
  const type = storedType(meta.data_type);
  if (!type) throw unsupported(file, `values of type '${meta.data_type}'`);
  if (meta.storage_transformers && meta.storage_transformers.length > 0)
    throw unsupported(file, `the storage transformer '${meta.storage_transformers[0].name}'`);
  const outer = meta.chunk_grid.configuration.chunk_shape;
  const shard = shardLayout(meta.codecs, outer, file);
  const codecs = shard?.codecs ?? meta.codecs;
  requireCodecs(
    codecs.map((codec) => codec.name),
    file,
    [],
  );
  const layout = layoutOfVersion3(codecs, shard?.order ?? outer.map((_, axis) => axis));
  // Zarrita reads shards as the standard's first form has them, and takes the last of several orders of axes for all of them.
  const odd = shard ? shard.index.atStart || meta.codecs.length > 1 : false;
  if (!layout && (odd || codecs.filter((codec) => codec.name === 'transpose').length > 1))
    throw unsupported(file, `filters together with ${shard ? 'such shards' : 'several transpositions'}`);
  const { name, configuration } = meta.chunk_key_encoding;
  const separator = configuration?.separator ?? (name === 'default' ? '/' : '.');
  const plain: Partial<Record<StoredType, string>> = { float16: 'uint16', bool: 'uint8' };
  const fill = fillOf(meta.fill_value, type, file);
  // Chunks that a shard lacks are filled by zarrita, where it is the one that reads.
  const seenFill = shard && !layout ? (type === 'bool' ? fill : meta.fill_value) : 0;
  if (shard && !layout && type === 'float16' && fill !== 0)
    throw unsupported(file, 'a fill value other than 0 in filtered shards of float16');
  return {
    version: 3,
    shape: meta.shape,
    chunk: [...(shard?.chunk ?? outer)],
    type,
    fill,
    ...(layout && { layout }),
    ...(shard && { shard }),
    ...(meta.dimension_names && { dimensionNames: meta.dimension_names }),
    key: (position) => (name === 'default' ? ['c', ...position] : position).join(separator),
    json: { ...json, fill_value: seenFill || 0, data_type: plain[type] ?? meta.data_type },
  };
}

function parsed<S extends TSchema>(schema: S, json: Json, file: string): Static<S> {
  if (Value.Check(schema, json)) return json as Static<S>;
  const [first] = Value.Errors(schema, json);
  const field = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  throw damaged(
    file,
    `the metadata of a Zarr array are wrong${field && ` at '${field}'`}: ${first?.message ?? 'unknown'}`,
  );
}

function requireCodecs(names: readonly string[], file: string, more: readonly string[]): void {
  const known = [...knownCodecs(), ...more].map(plainName);
  const missing = names.find((name) => !known.includes(plainName(name)));
  if (missing !== undefined)
    throw unsupported(file, `the codec '${missing}'`, ` Supported: ${[...new Set(known)].join(', ')}.`);
}

function fillOf(value: unknown, type: StoredType, file: string): number {
  if (value === undefined || value === null) return 0;
  const special: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };
  const number =
    typeof value === 'boolean' ? Number(value) : typeof value === 'string' ? special[value] : (value as number);
  if (typeof number !== 'number' || (Number.isNaN(number) && !pixelType(type).startsWith('float')))
    throw damaged(file, `the fill value ${JSON.stringify(value)} is none of type ${type}`);
  return number;
}
