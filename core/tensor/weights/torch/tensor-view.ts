/** PyTorch's tensors as their pickles describe them: a storage by key, and a strided view into it. */
import { FormatError } from '../../../errors.js';
import { NUMBER_TYPES, type NumberType } from '../number-type.js';
import { PyGlobal, PyObject, type PyValue } from '../pickle/value.js';
import type { Strided } from '../strided.js';

const STORAGES: Readonly<Record<string, NumberType>> = {
  DoubleStorage: NUMBER_TYPES.float64,
  FloatStorage: NUMBER_TYPES.float32,
  HalfStorage: NUMBER_TYPES.float16,
  BFloat16Storage: NUMBER_TYPES.bfloat16,
  LongStorage: NUMBER_TYPES.int64,
  IntStorage: NUMBER_TYPES.int32,
  ShortStorage: NUMBER_TYPES.int16,
  CharStorage: NUMBER_TYPES.int8,
  ByteStorage: NUMBER_TYPES.uint8,
  BoolStorage: NUMBER_TYPES.bool,
  // Counted in bytes; the tensor says of which type it is.
  UntypedStorage: NUMBER_TYPES.uint8,
};

const DTYPES: Readonly<Record<string, NumberType>> = {
  ...NUMBER_TYPES,
  double: NUMBER_TYPES.float64,
  float: NUMBER_TYPES.float32,
  half: NUMBER_TYPES.float16,
  long: NUMBER_TYPES.int64,
  int: NUMBER_TYPES.int32,
  short: NUMBER_TYPES.int16,
};

/** Where a tensor's numbers are: nothing is read yet. */
export class StorageRef extends PyObject {
  constructor(
    readonly key: string,
    /** Undefined for types that cannot be weights, such as complex ones. */
    readonly type: NumberType | undefined,
    readonly typeName: string,
    /** Elements of that type. */
    readonly count: number,
    /** First element within the storage in the file, where this one is a part of it (files before 1.6). */
    readonly start = 0,
  ) {
    super();
  }
}

export class TensorView extends PyObject implements Strided {
  constructor(
    readonly storage: StorageRef,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly stride: readonly number[],
    /** Of the numbers; the storage's unless that is untyped. */
    readonly type: NumberType | undefined,
    readonly typeName: string,
  ) {
    super();
  }
}

/**
 * The storage behind a persistent id: `('storage', type, key, device, elements[, view])`, where a view is
 * `(its key, first element, elements)` or None.
 */
export function storageOf(id: PyValue): StorageRef {
  if (!Array.isArray(id) || id[0] !== 'storage') throw broken('a reference to something that is no storage');
  const [, type, key, , count, view = null] = id;
  if (!(type instanceof PyGlobal) || typeof key !== 'string' || !isCount(count)) throw broken('a broken storage');
  const known = Object.hasOwn(STORAGES, type.name) ? STORAGES[type.name] : undefined;
  if (view === null) return new StorageRef(key, known, type.name, count);
  const [, start, length] = Array.isArray(view) ? view : [];
  if (!isCount(start) || !isCount(length) || start + length > count) throw broken('a broken view of a storage');
  return new StorageRef(key, known, type.name, length, start);
}

/** `_rebuild_tensor_v2(storage, offset, shape, strides, ...)`. */
export function tensorOf([storage, offset, shape, stride]: readonly PyValue[]): TensorView {
  if (!(storage instanceof StorageRef) || typeof offset !== 'number' || !isSides(shape) || !isSides(stride))
    throw broken('a broken tensor');
  return new TensorView(storage, offset, shape, stride, storage.type, storage.typeName);
}

/** `_rebuild_tensor_v3(storage, offset, shape, strides, requires_grad, hooks, dtype, ...)`, of an untyped storage. */
export function typedTensorOf(args: readonly PyValue[]): TensorView {
  const { storage, offset, shape, stride } = tensorOf(args);
  const dtype = args[6];
  if (!(dtype instanceof PyGlobal)) throw broken('a tensor without a type');
  const type = Object.hasOwn(DTYPES, dtype.name) ? DTYPES[dtype.name] : undefined;
  return new TensorView(storage, offset, shape, stride, type, dtype.name);
}

function isSides(value: PyValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every((side) => typeof side === 'number');
}

function isCount(value: PyValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function broken(what: string): FormatError {
  return new FormatError(`its pickle has ${what}.`);
}
