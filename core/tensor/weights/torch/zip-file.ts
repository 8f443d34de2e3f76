/**
 * Checkpoints of torch.save since PyTorch 1.6, and TorchScript modules: a zip archive with one folder, in it
 * `data.pkl`, a file `data/<key>` for each storage, and since 2.1 `byteorder`.
 */
import { FormatError } from '../../../errors.js';
import { readPickle } from '../pickle/machine.js';
import type { PyValue } from '../pickle/value.js';
import type { ZipArchive } from '../zip.js';
import { torchHost } from './makers.js';
import type { Storages } from './read-tensors.js';

export const LONGEST_PICKLE = 64 * 2 ** 20;

const PICKLE = /^(?:[^/]+\/)?data\.pkl$/;

/** True for archives that torch.save or torch.jit.save made. */
export function isTorchArchive(archive: ZipArchive): boolean {
  return archive.names.some((name) => PICKLE.test(name));
}

/** The saved object, and access to the storages that its tensors refer to. */
export async function readTorchArchive(archive: ZipArchive): Promise<{ root: PyValue; storages: Storages }> {
  const [pickle, ...others] = archive.names.filter((name) => PICKLE.test(name));
  if (others.length > 0)
    throw new FormatError(`it has ${others.length + 1} pickles of an object where one is expected.`);
  const folder = pickle.slice(0, -'data.pkl'.length);
  const length = archive.sizeOf(pickle)!;
  if (length > LONGEST_PICKLE) throw new FormatError(`its pickle of ${length} bytes is longer than any checkpoint's.`);
  const { value: root } = readPickle(await archive.read(pickle), torchHost);
  const little = await isLittle(archive, `${folder}byteorder`);
  return {
    root,
    storages: {
      little,
      sizeOf: (key) => archive.sizeOf(`${folder}data/${key}`),
      read: (key) => archive.read(`${folder}data/${key}`),
    },
  };
}

async function isLittle(archive: ZipArchive, name: string): Promise<boolean> {
  const size = archive.sizeOf(name);
  // Older versions leave it out; they wrote the order of their machine, and nearly all are little-endian.
  if (size === undefined) return true;
  const order = size < 20 ? Buffer.from(await archive.read(name)).toString('latin1') : '';
  if (order !== 'little' && order !== 'big') throw new FormatError('its byteorder is neither little nor big.');
  return order === 'little';
}
