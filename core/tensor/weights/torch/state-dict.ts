/** Finds named tensors in what a pickle held: a state dictionary, or a whole module that was saved as it is. */
import { FormatError } from '../../../errors.js';
import type { NamedTensors } from '../../tensor-data.js';
import { NumpyArray } from '../pickle/numpy-value.js';
import { PyRecord, type PyValue } from '../pickle/value.js';
import { shown } from '../shown.js';
import { readTensors, type Storages } from './read-tensors.js';
import { TensorView } from './tensor-view.js';

/** A tensor, or a plain number where PyTorch would have one without sides. */
export type Stored = TensorView | NumpyArray | number;

const LONGEST_NAME = 1024;
const DEEPEST_MODULE = 64;
/** Over all modules, counted as often as they are reached. */
const MOST_ENTRIES = 1_000_000;
/** As for tensors in storages: arrays may be repeated, but not to fill the memory. */
const NUMBERS_PER_STORED_BYTE = 8;
const NUMBERS_ALWAYS = 2 ** 20;
/** What data-parallel training and torch.compile put before each name. */
const WRAPPERS = ['module.', '_orig_mod.'];

export function isStored(value: PyValue | undefined): value is Stored {
  return value instanceof TensorView || value instanceof NumpyArray || typeof value === 'number';
}

/** True for a dictionary from names to tensors, with at most some remarks between. */
export function isStateDict(value: PyValue | undefined): value is Map<PyValue, PyValue> {
  if (!(value instanceof Map)) return false;
  for (const [key, entry] of value)
    if (typeof key === 'string' && (entry instanceof TensorView || entry instanceof NumpyArray)) return true;
  return false;
}

/** True for a module: `nn.Module` with its dictionaries, or TorchScript with its attributes. */
export function isModule(value: PyValue | undefined): value is PyRecord {
  return value instanceof PyRecord && value.state instanceof Map && moduleTensors(value, 1).size > 0;
}

/** Entries of a state dictionary that are tensors. */
export function stateDictTensors(dictionary: ReadonlyMap<PyValue, PyValue>): Map<string, Stored> {
  const found = new Map<string, Stored>();
  for (const [key, value] of dictionary) if (isStored(value)) found.set(checkedName(key), value);
  return unwrapped(found);
}

/** Parameters and buffers of a module under the names that its `state_dict()` would give them. */
export function moduleTensors(module: PyRecord, enough = Number.POSITIVE_INFINITY): Map<string, Stored> {
  const found = new Map<string, Stored>();
  let left = MOST_ENTRIES;
  const visit = (record: PyRecord, prefix: string, depth: number): void => {
    if (!(record.state instanceof Map)) return;
    const hidden = record.state.get('_non_persistent_buffers_set');
    const entries = ownEntries(record.state);
    left -= entries.length + 1;
    if (left < 0 || depth > DEEPEST_MODULE) throw new FormatError('its modules are nested without end.');
    for (const [key, value] of entries) {
      if (found.size >= enough) return;
      if (hidden instanceof Set && hidden.has(key)) continue;
      if (value instanceof TensorView) found.set(checkedName(key, prefix), value);
      else if (value instanceof PyRecord) visit(value, `${checkedName(key, prefix)}.`, depth + 1);
    }
  };
  visit(module, '', 0);
  return unwrapped(found);
}

/** Reads all, whatever they are. @throws FormatError */
export async function readStored(stored: ReadonlyMap<string, Stored>, storages: Storages): Promise<NamedTensors> {
  const views = new Map([...stored].filter((entry): entry is [string, TensorView] => entry[1] instanceof TensorView));
  checkArrays([...stored.values()].filter((value) => value instanceof NumpyArray));
  const tensors = await readTensors(views, storages);
  return new Map(
    [...stored].map(([name, value]) => {
      if (value instanceof NumpyArray) return [name, { data: value.read(), shape: value.shape }];
      if (typeof value === 'number') return [name, { data: Float32Array.of(value), shape: [] }];
      return [name, tensors.get(name)!];
    }),
  );
}

function checkArrays(arrays: readonly NumpyArray[]): void {
  const stored = new Map(arrays.map((array) => [array.bytes, array.bytes?.length ?? 0]));
  const bytes = [...stored.values()].reduce((sum, length) => sum + length, 0);
  const numbers = arrays.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  if (!(numbers <= NUMBERS_ALWAYS + NUMBERS_PER_STORED_BYTE * bytes))
    throw new FormatError(`its arrays have ${numbers} numbers, but only ${bytes} bytes of them are stored.`);
}

function ownEntries(state: Map<PyValue, PyValue>): (readonly [PyValue, PyValue])[] {
  const parts = ['_parameters', '_buffers', '_modules'].map((part) => state.get(part));
  // TorchScript has parameters, buffers and modules as attributes of one kind.
  if (parts.every((part) => part === undefined)) return [...state];
  return parts.flatMap((part) => (part instanceof Map ? [...part] : []));
}

export function checkedName(key: PyValue, prefix = ''): string {
  if (typeof key !== 'string') throw new FormatError('it has a tensor whose name is no text.');
  if (prefix.length + key.length > LONGEST_NAME)
    throw new FormatError(`the name ${shown(key)} is too long for a tensor.`);
  return prefix + key;
}

function unwrapped(tensors: Map<string, Stored>): Map<string, Stored> {
  const names = [...tensors.keys()];
  const wrapper = WRAPPERS.find((prefix) => names.length > 0 && names.every((name) => name.startsWith(prefix)));
  if (!wrapper) return tensors;
  return unwrapped(new Map([...tensors].map(([name, value]) => [name.slice(wrapper.length), value])));
}
