/**
 * Weights of TensorFlow.js models: `model.json` with a manifest, and the numbers in shards beside it.
 * Format: https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts (WeightsManifestConfig)
 */

import path from 'node:path';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { FormatError } from '../../errors.js';
import { stridesOf } from '../../image/c-order.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import { NUMBER_TYPES, type NumberType, toFloat32 } from './number-type.js';
import type { Plain, PlainObject } from './plain.js';
import { PositionedFile } from './positioned-file.js';
import { shown } from './shown.js';
import { checkedCount } from './strided.js';

const LONGEST_JSON = 64 * 2 ** 20;

const Weight = Type.Object({
  name: Type.String({ maxLength: 1024 }),
  shape: Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 64 }),
  dtype: Type.String(),
  quantization: Type.Optional(
    Type.Object({ dtype: Type.String(), scale: Type.Optional(Type.Number()), min: Type.Optional(Type.Number()) }),
  ),
});
type Weight = Static<typeof Weight>;

const Manifest = Type.Array(Type.Object({ paths: Type.Array(Type.String()), weights: Type.Array(Weight) }));

const DTYPES: Readonly<Record<string, NumberType>> = {
  float32: NUMBER_TYPES.float32,
  float16: NUMBER_TYPES.float16,
  int32: NUMBER_TYPES.int32,
  uint16: NUMBER_TYPES.uint16,
  uint8: NUMBER_TYPES.uint8,
  bool: NUMBER_TYPES.bool,
};

/**
 * Reads all weights that a `model.json` lists; quantised ones are widened. The rest of the JSON, such as `modelTopology`,
 * comes in `other`.
 *
 * @throws FormatError when the manifest is malformed, a shard is missing or too short, or lies outside of the folder.
 */
export async function readTfjsWeights(
  file: PositionedFile,
  signal?: AbortSignal,
): Promise<{ tensors: NamedTensors; other: PlainObject; types: Map<string, string> }> {
  const { weightsManifest, ...other } = await readJson(file);
  const types = new Map<string, string>();
  if (!Value.Check(Manifest, weightsManifest))
    throw new FormatError(
      'it is JSON, but no model.json of TensorFlow.js: its weightsManifest is missing or malformed.',
    );
  const tensors: NamedTensors = new Map();
  for (const { paths, weights } of weightsManifest) {
    const shards = await Shards.open(
      paths.map((shard) => beside(file.path, shard)),
      signal,
    );
    try {
      let at = 0;
      for (const weight of weights) {
        if (tensors.has(weight.name)) throw new FormatError(`it lists the weight ${shown(weight.name)} twice.`);
        const { tensor, bytes } = await readWeight(weight, at, shards);
        tensors.set(weight.name, tensor);
        types.set(weight.name, weight.dtype);
        at += bytes;
      }
    } finally {
      await shards.close();
    }
  }
  return { tensors, other, types };
}

/** A whole model, as TensorFlow.js takes it from a handler: nothing but the folder of `model.json` is read. */
export interface TfjsModel {
  format: 'layers-model' | 'graph-model';
  /** `model.json` without the weights. */
  json: PlainObject;
  specs: { name: string; shape: number[]; dtype: 'float32' | 'int32' | 'bool' }[];
  data: ArrayBuffer;
}

/** @throws FormatError as {@link readTfjsWeights}, and for a `model.json` without a network. */
export async function readTfjsModel(name: string, signal?: AbortSignal): Promise<TfjsModel> {
  const file = await PositionedFile.open(name, signal);
  try {
    const { tensors, other, types } = await readTfjsWeights(file, signal);
    const parts: Uint8Array[] = [];
    const specs = [...tensors].map(([weight, { data, shape }]) => {
      const type = types.get(weight)!;
      const dtype: TfjsModel['specs'][number]['dtype'] = type === 'int32' || type === 'bool' ? type : 'float32';
      const stored = dtype === 'float32' ? data : dtype === 'int32' ? Int32Array.from(data) : Uint8Array.from(data);
      parts.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
      return { name: weight, shape: [...shape], dtype };
    });
    const joined = Buffer.concat(parts);
    return { format: formatOf(other), json: other, specs, data: new Uint8Array(joined).buffer };
  } catch (error) {
    if (!(error instanceof FormatError) || error.where.file !== undefined) throw error;
    throw new FormatError(`${name}: ${error.message}`, { where: { file: name }, cause: error });
  } finally {
    await file.close();
  }
}

function formatOf({ format, modelTopology: topology }: PlainObject): TfjsModel['format'] {
  if (typeof topology !== 'object' || topology === null || Array.isArray(topology))
    throw new FormatError('it has weights but no network (modelTopology).');
  if (format === 'layers-model' || format === 'graph-model') return format;
  return 'node' in topology ? 'graph-model' : 'layers-model';
}

async function readJson(file: PositionedFile): Promise<PlainObject> {
  if (file.size > LONGEST_JSON) throw new FormatError(`its ${file.size} bytes are too many for a model.json.`);
  let json: Plain;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await file.read(0, file.size))) as Plain;
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
    throw new FormatError('it starts as JSON but is none.', { cause });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new FormatError('its JSON is no object.');
  return json;
}

/** A shard's place; a model file has no business anywhere but in its own folder. */
function beside(model: string, shard: string): string {
  const folder = path.resolve(path.dirname(model));
  const place = path.resolve(folder, shard);
  if (shard.includes('\0') || !place.startsWith(path.join(folder, path.sep)))
    throw new FormatError(`its shard ${shown(shard)} lies outside of its folder.`);
  return place;
}

async function readWeight(
  { name, shape, dtype, quantization }: Weight,
  at: number,
  shards: Shards,
): Promise<{ tensor: TensorData; bytes: number }> {
  const stored = quantization?.dtype ?? dtype;
  const type = Object.hasOwn(DTYPES, stored) ? DTYPES[stored] : undefined;
  if (!type) throw new FormatError(`weight ${shown(name)} has the type ${shown(stored)}, which is no real number.`);
  const available = Math.max(0, Math.floor((shards.size - at) / type.bytes));
  const count = checkedCount({ offset: 0, shape, stride: stridesOf(shape) }, available);
  const bytes = count * type.bytes;
  const data = toFloat32(await shards.read(at, bytes), type, true);
  if (quantization && type !== NUMBER_TYPES.float16) {
    const { scale = 1, min = 0 } = quantization;
    for (let i = 0; i < data.length; i++) data[i] = data[i] * scale + min;
    if (dtype === 'int32') for (let i = 0; i < data.length; i++) data[i] = Math.round(data[i]);
  }
  return { tensor: { data, shape }, bytes };
}

/** Files read as if they were one. */
class Shards {
  readonly size: number;

  private constructor(private readonly files: readonly PositionedFile[]) {
    this.size = files.reduce((sum, { size }) => sum + size, 0);
  }

  static async open(places: readonly string[], signal?: AbortSignal): Promise<Shards> {
    const files: PositionedFile[] = [];
    try {
      for (const place of places) files.push(await openShard(place, signal));
      return new Shards(files);
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let start = 0;
    let done = 0;
    for (const file of this.files) {
      const from = Math.max(0, position + done - start);
      const take = Math.min(length - done, file.size - from);
      if (take > 0) {
        bytes.set(await file.read(from, take), done);
        done += take;
      }
      start += file.size;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}

async function openShard(place: string, signal?: AbortSignal): Promise<PositionedFile> {
  try {
    return await PositionedFile.open(place, signal);
  } catch (cause) {
    throw new FormatError(`its shard ${shown(path.basename(place))} ${(cause as Error).message}`, { cause });
  }
}
