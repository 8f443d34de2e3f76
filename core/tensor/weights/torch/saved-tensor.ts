/** A tensor that torch.save wrote by itself, such as an image: with its own type of numbers, which weights do not keep. */
import { FormatError } from '../../../errors.js';
import type { PositionedFile } from '../positioned-file.js';
import type { Strided } from '../strided.js';
import { ZipArchive } from '../zip.js';
import { LEGACY_START, readLegacyFile } from './legacy-file.js';
import { checkedPart } from './read-tensors.js';
import { TensorView } from './tensor-view.js';
import { isTorchArchive, readTorchArchive } from './zip-file.js';

/** A tensor may repeat its numbers, but one that does so again and again only wants memory. */
const MOST_REPEATED = 8;

export interface SavedTensor {
  readonly shape: readonly number[];
  /** As NumPy names it, or `bfloat16`. */
  readonly type: string;
  readonly little: boolean;
  /** Where the tensor lies in the numbers that {@link read} gives. */
  readonly view: Strided;
  /** All bytes of its storage. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** True for the first bytes of what torch.save writes: a zip archive, or before PyTorch 1.6 a pickle. */
export function isTorchFile(head: Uint8Array): boolean {
  return (head[0] === 0x50 && head[1] === 0x4b) || LEGACY_START.every((byte, i) => head[i] === byte);
}

/** @throws FormatError when the file holds something else than one tensor, or a damaged one. */
export async function readSavedTensor(file: PositionedFile): Promise<SavedTensor> {
  const { root, storages } = await readRoot(file);
  if (!(root instanceof TensorView))
    throw new FormatError('it holds something else than one tensor; save the tensor of the image alone.');
  const { part, count } = checkedPart('of the file', root, storages);
  const stored = storages.sizeOf(part.key)!;
  if (count > MOST_REPEATED * Math.max(stored, 2 ** 20))
    throw new FormatError(`it has ${count} numbers, but only ${stored} bytes of them are stored.`);
  return {
    shape: root.shape,
    type: part.type.name,
    little: storages.little,
    view: part,
    read: () => storages.read(part.key),
  };
}

async function readRoot(file: PositionedFile) {
  const head = await file.read(0, Math.min(file.size, LEGACY_START.length));
  if (LEGACY_START.every((byte, i) => head[i] === byte)) return readLegacyFile(file);
  const archive = await ZipArchive.open(file);
  if (!isTorchArchive(archive)) throw new FormatError('it is no file of torch.save.');
  return readTorchArchive(archive);
}
