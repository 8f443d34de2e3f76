/** Weights made elsewhere, whatever the file is called: the content says which format it is. */
import { FormatError, isBiagraphError } from '../../errors.js';
import { loadSafetensors, readSafetensorsHeader } from '../safetensors.js';
import type { NamedTensors } from '../tensor-data.js';
import { HDF5_START, readKerasWeights } from './keras.js';
import { isNpz, NPY_START, readNpy, readNpz } from './npy.js';
import type { PlainObject } from './plain.js';
import { PositionedFile } from './positioned-file.js';
import { readTfjsWeights } from './tfjs.js';
import { type Checkpoint, type CheckpointHeader, readCheckpoint, readCheckpointHeader } from './torch/checkpoint.js';
import { LEGACY_START, readLegacyFile } from './torch/legacy-file.js';
import { isTorchArchive, readTorchArchive } from './torch/zip-file.js';
import { ZipArchive } from './zip.js';

export type WeightFormat = 'biagraph' | 'pytorch' | 'pytorch-legacy' | 'safetensors' | 'npz' | 'npy' | 'tfjs' | 'keras';

export interface WeightFile extends Checkpoint {
  format: WeightFormat;
  /** Weights by the names that the file has for them; prefixes of data-parallel training are taken away. */
  tensors: NamedTensors;
  /** Of a checkpoint of Biagraph: the optimizer's tensors, `optimizer.<slot>.<name>` and `optimizer.step`. */
  state?: NamedTensors;
}

/** What a file of weights says before its numbers are read. */
export interface WeightHeader extends CheckpointHeader {
  format: WeightFormat;
}

export interface ReadWeightsOptions {
  signal?: AbortSignal;
  /** Read the state of the optimizer too, where there is one. Default true. */
  optimizer?: boolean;
}

/**
 * Reads `.pth` and `.pt` (zip or older), safetensors, `.npz`, `.npy` and TensorFlow.js' `model.json` with its shards,
 * all as float32. Nothing in a file is ever executed, and no more is allocated than the file has room for.
 *
 * @throws FormatError naming the file and the cause; AbortedError when the signal fired.
 */
export async function readWeights(file: string, options: ReadWeightsOptions = {}): Promise<WeightFile> {
  let source: PositionedFile | undefined;
  try {
    source = await PositionedFile.open(file, options.signal);
    return await readByContent(source, options);
  } catch (error) {
    // Readers of parts know nothing of the file they are in.
    if (!isBiagraphError(error, 'format') || error.where.file !== undefined) throw error;
    throw new FormatError(`${file}: ${error.message}`, { where: { file }, cause: error });
  } finally {
    await source?.close();
  }
}

/**
 * Names, shapes, epoch and configuration of a file of weights. Numbers are read only of formats that have no header,
 * which hold neither epoch nor configuration.
 *
 * @throws as {@link readWeights}
 */
export async function readWeightHeader(file: string): Promise<WeightHeader> {
  let source: PositionedFile | undefined;
  try {
    source = await PositionedFile.open(file);
    const start = await source.read(0, Math.min(source.size, 512));
    if (startsWith(start, LEGACY_START)) {
      const { root } = await readLegacyFile(source);
      return { format: 'pytorch-legacy', ...readCheckpointHeader(root) };
    }
    if (startsWith(start, 'PK')) {
      const archive = await ZipArchive.open(source);
      if (isTorchArchive(archive))
        return { format: 'pytorch', ...readCheckpointHeader((await readTorchArchive(archive)).root) };
    }
    if (isSafetensors(start)) {
      const { shapes, metadata } = await readSafetensorsHeader(file);
      return { ...remarksOf(metadata), shapes: metadata.format === 'biagraph' ? modelParts(shapes) : shapes };
    }
    const { format, tensors, other } = await readByContent(source, {});
    return { format, other, shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])) };
  } catch (error) {
    if (!isBiagraphError(error, 'format') || error.where.file !== undefined) throw error;
    throw new FormatError(`${file}: ${error.message}`, { where: { file }, cause: error });
  } finally {
    await source?.close();
  }
}

async function readByContent(file: PositionedFile, options: ReadWeightsOptions): Promise<WeightFile> {
  const start = await file.read(0, Math.min(file.size, 512));
  if (startsWith(start, 'PK')) return readArchive(file, options);
  if (startsWith(start, LEGACY_START)) {
    const { root, storages } = await readLegacyFile(file);
    return { format: 'pytorch-legacy', ...(await readCheckpoint(root, storages, options)) };
  }
  if (startsWith(start, NPY_START)) {
    const array = await readNpy((at, length) => file.read(at, length), file.size);
    if (typeof array === 'string')
      throw new FormatError(`it is an array of the type ${array}, which is no real number.`);
    return { format: 'npy', tensors: new Map([['array', array]]), other: {} };
  }
  if (isSafetensors(start)) return readSafetensors(file.path, options);
  if (startsWith(start, HDF5_START)) return { format: 'keras', ...(await readKerasWeights(file.path, file.size)) };
  if (startsWith(start, '{')) {
    const { tensors, other } = await readTfjsWeights(file, options.signal);
    return { format: 'tfjs', tensors, other };
  }
  throw new FormatError(
    `${unknownKind(start)} Expected .pth, .pt, .safetensors, .npz, .npy, .h5 of Keras or a model.json of TensorFlow.js.`,
  );
}

async function readArchive(file: PositionedFile, options: ReadWeightsOptions): Promise<WeightFile> {
  const archive = await ZipArchive.open(file);
  if (isTorchArchive(archive)) {
    const { root, storages } = await readTorchArchive(archive);
    return { format: 'pytorch', ...(await readCheckpoint(root, storages, options)) };
  }
  if (isNpz(archive)) return { format: 'npz', ...(await readNpz(archive)) };
  if (archive.names.includes('model.weights.h5'))
    throw new FormatError(
      'it is a .keras file, which is not read. Convert it with tensorflowjs_converter, or to ONNX.',
    );
  throw new FormatError('it is a zip archive, but holds neither a PyTorch checkpoint nor NumPy arrays.');
}

/** A length of eight bytes, then JSON. */
function isSafetensors(start: Uint8Array): boolean {
  return start.length > 8 && start[8] === 0x7b && start[7] === 0;
}

/** Biagraph's own checkpoints keep the weights under `model.`, beside the state of the optimizer. */
async function readSafetensors(file: string, { optimizer = true }: ReadWeightsOptions): Promise<WeightFile> {
  const { tensors, metadata } = await loadSafetensors(file);
  const remarks = remarksOf(metadata);
  if (remarks.format !== 'biagraph') return { ...remarks, tensors };
  const state = [...tensors].filter(([name]) => name.startsWith('optimizer.'));
  return { ...remarks, tensors: modelParts(tensors), ...(optimizer && state.length > 0 && { state: new Map(state) }) };
}

function modelParts<T>(named: ReadonlyMap<string, T>): Map<string, T> {
  const model = [...named].filter(([name]) => name.startsWith('model.'));
  return new Map(model.map(([name, value]) => [name.slice('model.'.length), value]));
}

/** The number of epochs that a checkpoint of Biagraph has behind it is in the state of its loop. */
function remarksOf(metadata: Record<string, string>): Omit<WeightHeader, 'shapes'> {
  if (metadata.format !== 'biagraph') return { format: 'safetensors', other: { metadata } };
  const loop = objectIn(metadata.loop);
  const config = objectIn(metadata.config);
  const epoch = typeof loop?.epoch === 'number' && metadata.epoch !== 'best' ? loop.epoch : metadata.epoch;
  return { format: 'biagraph', epoch, ...(config && { config }), other: { metadata } };
}

function objectIn(json: string | undefined): PlainObject | undefined {
  try {
    const value: unknown = JSON.parse(json ?? 'null');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as PlainObject) : undefined;
  } catch {
    return undefined;
  }
}

function startsWith(bytes: Uint8Array, start: string | Uint8Array): boolean {
  const wanted = typeof start === 'string' ? Buffer.from(start, 'latin1') : start;
  return bytes.length >= wanted.length && wanted.every((byte, i) => bytes[i] === byte);
}

function unknownKind(start: Uint8Array): string {
  const text = Buffer.from(start).toString('latin1');
  if (text.slice(257, 262) === 'ustar')
    return 'it is a tar archive, as PyTorch before 0.2 wrote them: save it again with a newer one.';
  if (start[0] === 0x80) return 'it is a Python pickle, but not one of torch.save: save a state_dict with torch.save.';
  if (start.length === 0) return 'it is empty.';
  return 'it is no file of weights of a known kind.';
}
