/** Weights made elsewhere, whatever the file is called: the content says which format it is. */
import { FormatError, isBiagraphError } from '../../errors.js';
import { loadSafetensors } from '../safetensors.js';
import type { NamedTensors } from '../tensor-data.js';
import { isNpz, NPY_START, readNpy, readNpz } from './npy.js';
import { PositionedFile } from './positioned-file.js';
import { readTfjsWeights } from './tfjs.js';
import { type Checkpoint, readCheckpoint } from './torch/checkpoint.js';
import { LEGACY_START, readLegacyFile } from './torch/legacy-file.js';
import { isTorchArchive, readTorchArchive } from './torch/zip-file.js';
import { ZipArchive } from './zip.js';

export type WeightFormat = 'biagraph' | 'pytorch' | 'pytorch-legacy' | 'safetensors' | 'npz' | 'npy' | 'tfjs';

export interface WeightFile extends Checkpoint {
  format: WeightFormat;
  /** Weights by the names that the file has for them; prefixes of data-parallel training are taken away. */
  tensors: NamedTensors;
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
  // Safetensors: a length of eight bytes, then JSON.
  if (start.length > 8 && start[8] === 0x7b && start[7] === 0) return readSafetensors(file.path);
  if (startsWith(start, '{')) return { format: 'tfjs', ...(await readTfjsWeights(file, options.signal)) };
  throw new FormatError(
    `${unknownKind(start)} Expected .pth, .pt, .safetensors, .npz, .npy or a model.json of TensorFlow.js.`,
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

/** Biagraph's own checkpoints keep the weights under `model.`, beside the state of the optimizer. */
async function readSafetensors(file: string): Promise<WeightFile> {
  const { tensors, metadata } = await loadSafetensors(file);
  if (metadata.format !== 'biagraph') return { format: 'safetensors', tensors, other: { metadata } };
  const model = [...tensors].filter(([name]) => name.startsWith('model.'));
  return {
    format: 'biagraph',
    tensors: new Map(model.map(([name, tensor]) => [name.slice('model.'.length), tensor])),
    epoch: metadata.epoch,
    other: { metadata },
  };
}

function startsWith(bytes: Uint8Array, start: string | Uint8Array): boolean {
  const wanted = typeof start === 'string' ? Buffer.from(start, 'latin1') : start;
  return bytes.length >= wanted.length && wanted.every((byte, i) => bytes[i] === byte);
}

function unknownKind(start: Uint8Array): string {
  const text = Buffer.from(start).toString('latin1');
  if (text.startsWith('\x89HDF'))
    return 'it is an HDF5 file (Keras), which is not read here: convert it with tensorflowjs_converter, or to ONNX.';
  if (text.slice(257, 262) === 'ustar')
    return 'it is a tar archive, as PyTorch before 0.2 wrote them: save it again with a newer one.';
  if (start[0] === 0x80) return 'it is a Python pickle, but not one of torch.save: save a state_dict with torch.save.';
  if (start.length === 0) return 'it is empty.';
  return 'it is no file of weights of a known kind.';
}
