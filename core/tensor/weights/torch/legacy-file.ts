/**
 * Checkpoints of torch.save before PyTorch 1.6, or with `_use_new_zipfile_serialization=False`: pickles of a magic number,
 * the protocol, the system, the object and the list of its storages' keys, then each storage as a count and its numbers.
 */
import { FormatError } from '../../../errors.js';
import { PickleBudget } from '../pickle/budget.js';
import { WindowEnd } from '../pickle/cursor.js';
import { type PickleHost, readPickle } from '../pickle/machine.js';
import type { PyValue } from '../pickle/value.js';
import type { PositionedFile } from '../positioned-file.js';
import { shown } from '../shown.js';
import { torchHost } from './makers.js';
import type { Storages } from './read-tensors.js';
import { StorageRef } from './tensor-view.js';
import { LONGEST_PICKLE } from './zip-file.js';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const FIRST_WINDOW = 2 ** 18;
const MOST_STORAGES = 50_000;

/** The magic number as the pickle that such a file starts with: protocol 2, a whole number of ten bytes. */
export const LEGACY_START = Uint8Array.of(
  0x80,
  2,
  0x8a,
  10,
  0x6c,
  0xfc,
  0x9c,
  0x46,
  0xf9,
  0x20,
  0x6a,
  0xa8,
  0x50,
  0x19,
);

/** The saved object, and access to the storages that its tensors refer to. */
export async function readLegacyFile(file: PositionedFile): Promise<{ root: PyValue; storages: Storages }> {
  const { root, keys, little, bytesPerNumber, end } = await readPickles(file);
  const places = new Map<string, { start: number; length: number }>();
  let at = end;
  for (const key of keys) {
    const count = new DataView((await file.read(at, 8)).buffer).getBigInt64(0, little);
    const bytes = bytesPerNumber.get(key);
    if (bytes === undefined || places.has(key))
      throw new FormatError(
        `its list of storages has ${shown(key)}, ${bytes ? 'twice' : 'which no tensor of a known type uses'}.`,
      );
    if (count < 0n || count > BigInt(file.size))
      throw new FormatError(`its storage ${shown(key)} claims ${count} numbers.`);
    const length = Number(count) * bytes;
    if (at + 8 + length > file.size)
      throw new FormatError(`it was cut off: storage ${shown(key)} of ${length} bytes ends behind the file.`);
    places.set(key, { start: at + 8, length });
    at += 8 + length;
  }
  return {
    root,
    storages: {
      little,
      sizeOf: (key) => places.get(key)?.length,
      read: (key) => {
        const { start, length } = places.get(key)!;
        return file.read(start, length);
      },
    },
  };
}

interface Pickles {
  root: PyValue;
  keys: string[];
  little: boolean;
  /** By key of storage. */
  bytesPerNumber: Map<string, number>;
  /** Where the storages start. */
  end: number;
}

/** The pickles' length is known only once they are read, so ever longer beginnings of the file are tried. */
async function readPickles(file: PositionedFile): Promise<Pickles> {
  const longest = Math.min(file.size, LONGEST_PICKLE);
  for (let window = FIRST_WINDOW; ; window *= 4) {
    const bytes = await file.read(0, Math.min(window, longest));
    try {
      return parsePickles(bytes, file.size);
    } catch (error) {
      if (!(error instanceof WindowEnd)) throw error;
      if (window >= longest) throw new FormatError(`its pickles are longer than ${longest} bytes.`, { cause: error });
    }
  }
}

function parsePickles(bytes: Uint8Array, available: number): Pickles {
  const bytesPerNumber = new Map<string, number>();
  const host: PickleHost = {
    ...torchHost,
    persistent(id) {
      const value = torchHost.persistent(id);
      // Types that are not read have no size here; their storages cannot be stepped over.
      if (value instanceof StorageRef && value.type) bytesPerNumber.set(value.key, value.type.bytes);
      return value;
    },
  };
  const budget = new PickleBudget();
  let end = 0;
  const next = (): PyValue => {
    const pickle = readPickle(bytes, host, { start: end, available, budget });
    end = pickle.end;
    return pickle.value;
  };
  if (next() !== MAGIC) throw new FormatError('its magic number is not that of PyTorch.');
  const protocol = next();
  if (protocol !== PROTOCOL)
    throw new FormatError(`its protocol is ${shown(String(protocol))} instead of ${PROTOCOL}.`);
  const system = next();
  const little = !(system instanceof Map && system.get('little_endian') === false);
  const root = next();
  const keys = next();
  if (!Array.isArray(keys) || keys.length > MOST_STORAGES || !keys.every((key) => typeof key === 'string'))
    throw new FormatError('its list of storages is broken.');
  return { root, keys, little, bytesPerNumber, end };
}
