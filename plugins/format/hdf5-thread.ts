/**
 * The thread in which HDF5 runs: h5wasm works synchronously, and would hold up everything else. It reads parts of files
 * from the disk and never a file as a whole.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { parentPort } from 'node:worker_threads';
import h5wasm from 'h5wasm/node';
import { isKnownFilter } from './hdf5-filters.js';
import type { Hdf5Dataset, Hdf5Message, Hdf5Reply, Hdf5Request } from './hdf5-protocol.js';
import { findStorage } from './hdf5-storage.js';
import type { StoredType } from './wide-numbers.js';

const hdf5 = await h5wasm.ready;
// Without it problems are printed, and garbage is given as data.
hdf5.activate_throwing_error_handler();

interface Opened {
  file: InstanceType<typeof h5wasm.File>;
  dataset: InstanceType<typeof h5wasm.Dataset>;
}

const opened = new Map<number, Opened>();
let handles = 0;

parentPort!.on('message', ({ id, request }: Hdf5Message) => {
  try {
    const reply = answer(request);
    const transfer = 'bytes' in reply ? [reply.bytes.buffer as ArrayBuffer] : [];
    parentPort!.postMessage({ id, ...reply } satisfies Hdf5Reply, transfer);
  } catch (cause) {
    parentPort!.postMessage({ id, problem: explain(cause) } satisfies Hdf5Reply);
  }
});

type Answer = { dataset: Hdf5Dataset } | { bytes: Uint8Array } | { done: true };

function answer(request: Hdf5Request): Answer {
  switch (request.op) {
    case 'open':
      return { dataset: openDataset(request.file, request.array) };
    case 'read':
      return { bytes: read(opened.get(request.handle)!, request.start, request.size) };
    case 'create':
      return { dataset: create(request) };
    case 'write': {
      const ranges = request.start.map((at, axis) => [at, at + request.size[axis]] as [number, number]);
      opened.get(request.handle)!.dataset.write_slice(ranges, request.data);
      return { done: true };
    }
    case 'close':
      opened.get(request.handle)?.file.close();
      opened.delete(request.handle);
      return { done: true };
  }
}

function openDataset(name: string, wanted: string): Hdf5Dataset {
  // A file that cannot be opened is told in plain words by the system, and in a long stack of its own by HDF5.
  const descriptor = openSync(name, 'r');
  try {
    readSync(descriptor, new Uint8Array(1));
  } finally {
    closeSync(descriptor);
  }
  const file = new h5wasm.File(name, 'r');
  try {
    if (file.file_id < 0n) throw new Error('it is damaged or no HDF5 file');
    const dataset = wanted ? named(file, wanted) : firstDataset(file, 0, { left: MOST_OBJECTS });
    if (!dataset) throw new Error(NO_IMAGE);
    const direct = directAccess(name, { file, dataset });
    return { ...remember(name, { file, dataset }, direct), ...(direct && { direct }) };
  } catch (cause) {
    if (file.file_id >= 0n) file.close();
    throw cause;
  }
}

/** Where the values lie, if they are stored in the usual way with filters that are known outside of the library too. */
function directAccess(name: string, { file, dataset }: Opened): Hdf5Dataset['direct'] {
  const { shape, chunks, littleEndian } = dataset.metadata;
  const filters = dataset.filters.map(({ id }) => id);
  if (!shape || shape.length === 0 || filters.some((id) => !isKnownFilter(id))) return undefined;
  // A reference to an object is the address of its header.
  const reference = Uint8Array.from(hdf5.create_object_reference(file.file_id, dataset.path));
  const header = Number(new DataView(reference.buffer).getBigUint64(0, true));
  const descriptor = openSync(name, 'r');
  try {
    const storage = findStorage(descriptor, header, shape.map(Number), chunks?.map(Number) ?? null);
    return storage && { storage, littleEndian, filters, only: filters.some((id) => !FILTERS.includes(id)) };
  } finally {
    closeSync(descriptor);
  }
}

function remember(name: string, entry: Opened, direct?: Hdf5Dataset['direct']): Hdf5Dataset {
  const { dataset } = entry;
  const { shape, chunks } = dataset.metadata;
  const type = typeOf(dataset);
  if (!type || !shape) throw new Error(`the dataset ${dataset.path} holds no numbers`);
  const missing = dataset.filters.find(({ id }) => !FILTERS.includes(id));
  if (missing && !direct)
    throw new Error(
      `the dataset ${dataset.path} is compressed with '${missing.name || missing.id}', which cannot be read. Save it with gzip (h5repack -f GZIP=4).`,
    );
  for (const { file_name: source } of dataset.metadata.virtual_sources ?? []) {
    // The library gives zeros where a file is missing. Names with a place for a number stand for many files.
    if (source === '.' || source.includes('%') || existsSync(path.resolve(path.dirname(name), source))) continue;
    throw new Error(
      `the dataset ${dataset.path} is put together from other files, and ${source} is not there. Copy that file beside it, or save the dataset as one.`,
    );
  }
  const handle = handles++;
  opened.set(handle, entry);
  return {
    handle,
    path: dataset.path,
    shape: shape.map(Number),
    chunks: chunks?.map(Number) ?? null,
    type,
    attributes: attributesOf(dataset),
  };
}

/** deflate, shuffle, fletcher32, szip, nbit, scaleoffset: those within HDF5 itself. */
const FILTERS: readonly number[] = [1, 2, 3, 4, 5, 6];

const NO_IMAGE =
  'it holds no dataset of numbers with two axes or more. Name the file that does, or move this one out of the data folder.';

/** Groups that lead back to themselves by links end somewhere. */
const MOST_OBJECTS = 10_000;
const MOST_DEPTH = 16;

type Group = InstanceType<typeof h5wasm.Group>;

function named(file: Group, wanted: string): Opened['dataset'] {
  const parts = (wanted.includes('/') ? wanted.split('/') : wanted.split('.')).filter((part) => part !== '');
  let at: Group = file;
  for (const [i, part] of parts.entries()) {
    if (!at.keys().includes(part))
      throw new Error(
        `there is no '${wanted}' in it; ${at.path} holds ${at.keys().sort().slice(0, 20).join(', ') || 'nothing'}`,
      );
    const found = at.get(part);
    if (found instanceof h5wasm.Dataset && i === parts.length - 1) return found;
    if (!(found instanceof h5wasm.Group)) throw new Error(`'${part}' of '${wanted}' is no group`);
    at = found;
  }
  const first = firstDataset(at, 0, { left: MOST_OBJECTS });
  if (!first) throw new Error(`the group '${wanted}' holds no dataset`);
  return first;
}

/** The first dataset of an image, in the order of the sorted names. */
function firstDataset(group: Group, depth: number, budget: { left: number }): Opened['dataset'] | undefined {
  if (depth > MOST_DEPTH) return undefined;
  for (const name of group.keys().sort()) {
    if (budget.left-- <= 0) return undefined;
    const found = group.get(name);
    if (found instanceof h5wasm.Dataset) {
      if ((found.metadata.shape?.length ?? 0) >= 2 && typeOf(found)) return found;
    } else if (found instanceof h5wasm.Group) {
      const inner = firstDataset(found, depth + 1, budget);
      if (inner) return inner;
    }
  }
  return undefined;
}

function typeOf({ metadata: { type, size, signed, enum_type } }: Opened['dataset']): StoredType | undefined {
  const { H5T_INTEGER, H5T_FLOAT, H5T_ENUM } = hdf5.H5T_class_t;
  if (type === H5T_INTEGER.value) return `${signed ? '' : 'u'}int${8 * size}` as StoredType;
  if (type === H5T_FLOAT.value && [2, 4, 8].includes(size)) return `float${8 * size}` as StoredType;
  if (type !== H5T_ENUM.value || ![1, 2, 4, 8].includes(size)) return undefined;
  // h5py writes truth values as an enumeration of a byte; others are names of numbers.
  const truth = enum_type && Object.keys(enum_type.members).sort().join() === 'FALSE,TRUE';
  return truth && size === 1 ? 'bool' : (`${signed ? '' : 'u'}int${8 * size}` as StoredType);
}

function attributesOf(dataset: Opened['dataset']): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(dataset.attrs)) {
    try {
      found[name] = attribute.json_value;
    } catch {
      // One that h5wasm cannot read tells nothing about pixels.
    }
  }
  return found;
}

/** A box as bytes in the order of this machine; HDF5 turns big-endian values around. */
function read({ dataset }: Opened, start: readonly number[], size: readonly number[]): Uint8Array {
  const bytes = size.reduce((product, side) => product * side, dataset.metadata.size);
  const pointer = hdf5._malloc(bytes);
  if (pointer === 0) throw new Error(`${bytes} bytes for one chunk are not available`);
  try {
    const counts = size.map(BigInt);
    const ones = size.map(() => 1n);
    const status = hdf5.get_dataset_data(
      dataset.file_id,
      dataset.path,
      counts,
      start.map(BigInt),
      ones,
      BigInt(pointer),
    );
    if (status < 0) throw new Error('HDF5 cannot read it');
    return hdf5.HEAPU8.slice(pointer, pointer + bytes);
  } finally {
    hdf5._free(pointer);
  }
}

const CODES = {
  uint8: '<B',
  int8: '<b',
  uint16: '<H',
  int16: '<h',
  uint32: '<I',
  int32: '<i',
  float32: '<f',
  float64: '<d',
} as const;

/** A dataset of zeros. It is made small and grown, since h5wasm wants all values of a new one. */
function create({ file: name, array, plan }: Extract<Hdf5Request, { op: 'create' }>): Hdf5Dataset {
  const file = new h5wasm.File(name, 'w');
  if (file.file_id < 0n) throw new Error('the file cannot be made');
  const dataset = file.create_dataset({
    name: array,
    data: [0],
    shape: plan.shape.map(() => 1),
    dtype: CODES[plan.dtype],
    maxshape: [...plan.shape],
    chunks: [...plan.chunk],
    compression: 'gzip',
    compression_opts: [1],
  });
  dataset.resize([...plan.shape]);
  const { spacing, unit } = plan.metadata;
  dataset.create_attribute('axes', plan.axes);
  if (spacing) dataset.create_attribute(unit === 'micron' ? 'element_size_um' : 'spacing', Float64Array.from(spacing));
  if (spacing && unit) dataset.create_attribute('unit', unit);
  return remember(name, { file, dataset });
}

/** HDF5 reports from the call down to the cause; the cause is the last line that says something. */
function explain(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const lines = [...text.matchAll(/: ([^\n:]+(?::[^\n]*)?)$/gm)].map(([, reason]) => reason.trim());
  const last = text.includes('#000') ? lines.at(-1) : text;
  return last === undefined || last === 'Bad value' ? 'it is damaged at its beginning' : last;
}
