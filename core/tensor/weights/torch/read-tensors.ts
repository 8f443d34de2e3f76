/** Turns views into tensors: each storage is read once, whichever tensors share it, and let go of before the next. */
import { FormatError } from '../../../errors.js';
import type { NamedTensors, TensorData } from '../../tensor-data.js';
import { type NumberType, toFloat32 } from '../number-type.js';
import { shown } from '../shown.js';
import { checkedCount, gather, isContiguous, type Strided } from '../strided.js';
import type { TensorView } from './tensor-view.js';

/** Access to the storages of a file. */
export interface Storages {
  readonly little: boolean;
  /** Bytes of a storage in the file; undefined when it has none of that key. */
  sizeOf(key: string): number | undefined;
  read(key: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** A view of whole numbers of one type, counted from the start of its storage in the file. */
interface Part extends Strided {
  readonly name: string;
  readonly key: string;
  readonly type: NumberType;
}

/** Tensors may share a storage, but a file that repeats one again and again only wants memory. */
const NUMBERS_PER_STORED_BYTE = 8;
const NUMBERS_ALWAYS = 2 ** 20;
const MOST_TENSORS = 50_000;

/**
 * Reads tensors as float32 in C order, named as `views`. All of them are checked before the first is read.
 *
 * @throws FormatError naming the first tensor that does not fit its storage, or is of a type that is no real number.
 */
export async function readTensors(views: ReadonlyMap<string, TensorView>, storages: Storages): Promise<NamedTensors> {
  if (views.size > MOST_TENSORS) throw new FormatError(`it has ${views.size} tensors.`);
  const sizes = new Map<string, number>();
  const groups = new Map<string, Part[]>();
  let numbers = 0;
  for (const [name, view] of views) {
    const { part, count } = named(name, () => checkedPart(name, view, storages));
    numbers += count;
    sizes.set(part.key, storages.sizeOf(part.key)!);
    const group = `${part.type.name} ${part.key}`;
    const parts = groups.get(group);
    if (parts) parts.push(part);
    else groups.set(group, [part]);
  }
  const stored = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (numbers > NUMBERS_ALWAYS + NUMBERS_PER_STORED_BYTE * stored)
    throw new FormatError(`its tensors have ${numbers} numbers, but only ${stored} bytes of them are stored.`);
  const read = new Map<string, TensorData>();
  for (const parts of groups.values()) await readParts(parts, storages, read);
  return new Map([...views.keys()].map((name) => [name, read.get(name)!]));
}

/** A tensor within its storage. @throws FormatError when it does not fit, or its type is no real number. */
export function checkedPart(name: string, view: TensorView, storages: Storages): { part: Part; count: number } {
  const { storage, type } = view;
  const size = storages.sizeOf(storage.key);
  if (size === undefined) throw new FormatError(`its storage ${shown(storage.key)} is missing.`);
  if (!type || !storage.type)
    throw new FormatError(`its type ${shown(view.typeName)} is not read; save it as float32, float16 or bfloat16.`);
  const bytes = storage.type.bytes;
  if ((storage.start + storage.count) * bytes > size)
    throw new FormatError(
      `its storage claims ${storage.count} numbers of ${bytes} bytes, the file has ${size} bytes of it.`,
    );
  const count = checkedCount(view, Math.floor((storage.count * bytes) / type.bytes));
  const offset = view.offset + (storage.start * bytes) / type.bytes;
  if (!Number.isInteger(offset)) throw new FormatError('it starts within a number.');
  return { part: { name, key: storage.key, type, offset, shape: view.shape, stride: view.stride }, count };
}

async function readParts(parts: readonly Part[], storages: Storages, into: Map<string, TensorData>): Promise<void> {
  const [{ name, key, type }] = parts;
  const bytes = await storages.read(key);
  const values = named(name, () => toFloat32(bytes, type, storages.little));
  for (const part of parts) {
    const whole = parts.length === 1 && isContiguous(part) && numbersIn(part) === values.length && values.length > 0;
    into.set(part.name, { data: whole ? values : gather(values, part), shape: part.shape });
  }
}

function numbersIn({ shape }: Part): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Puts the tensor's name before a message. */
function named<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`tensor ${shown(name)}: ${error.message}`, { cause: error });
  }
}
