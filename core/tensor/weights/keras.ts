/**
 * Weights of Keras in HDF5: `model.save_weights` and `model.save` of Keras 2, and the `.weights.h5` of Keras 3. Names
 * are the paths within the file, such as `conv2d/conv2d/kernel`; axes are those of Keras, `[y, x, in, out]`.
 */
import { FormatError } from '../../errors.js';
import type { NamedTensors } from '../tensor-data.js';
import type { PlainObject } from './plain.js';
import { shown } from './shown.js';

export const HDF5_START = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

const DEEPEST_GROUP = 32;
const MOST_OBJECTS = 100_000;
/** Compression, and arrays of one value, may store less than there is; a bomb stores far less. */
const NUMBERS_PER_STORED_BYTE = 8;
const NUMBERS_ALWAYS = 2 ** 20;
/** Beside the weights: the state of an optimizer. */
const LEFT_OUT = /^(optimizer_weights|optimizer)$/;

type Hdf5 = typeof import('h5wasm/node').default;
type Group = InstanceType<Hdf5['Group']>;

/** @param size bytes of the file. @throws FormatError when it is damaged, holds no numbers, or claims too many. */
export async function readKerasWeights(
  file: string,
  size: number,
): Promise<{ tensors: NamedTensors; other: PlainObject }> {
  const { default: h5wasm } = await import('h5wasm/node');
  const module = await h5wasm.ready;
  // Without it problems are printed, and garbage is given as data.
  module.activate_throwing_error_handler();
  const opened = open(h5wasm, file);
  try {
    const tensors: NamedTensors = new Map();
    let objects = MOST_OBJECTS;
    let numbers = NUMBERS_ALWAYS + NUMBERS_PER_STORED_BYTE * size;
    const visit = (group: Group, prefix: string, depth: number): void => {
      if (depth > DEEPEST_GROUP) throw new FormatError('its groups are nested without end.');
      for (const key of group.keys()) {
        if (--objects < 0) throw new FormatError('it has more objects than any network.');
        if (prefix === '' && LEFT_OUT.test(key)) continue;
        const entry = group.get(key);
        const name = prefix === '' ? key : `${prefix}/${key}`;
        if (entry instanceof h5wasm.Group)
          visit(entry, prefix === '' && key === 'model_weights' ? '' : name, depth + 1);
        else if (entry instanceof h5wasm.Dataset) {
          const { shape, type } = entry.metadata;
          // Whole and real numbers, of HDF5's classes.
          if (!shape || (type !== 0 && type !== 1)) continue;
          const count = shape.reduce((product, side) => product * Number(side), 1);
          numbers -= count;
          if (!(numbers >= 0))
            throw new FormatError(`its dataset ${shown(name)} claims ${count} numbers, more than the file can hold.`);
          const value = entry.value as ArrayLike<number | bigint> | number | bigint;
          const data = typeof value === 'object' ? Float32Array.from(value, Number) : Float32Array.of(Number(value));
          tensors.set(name.replace(/:0$/, ''), { data, shape: shape.map(Number) });
        }
      }
    };
    visit(opened, '', 0);
    if (tensors.size === 0) throw new FormatError('it is an HDF5 file, but holds no arrays of numbers.');
    return { tensors, other: remarksOf(opened) };
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`its HDF5 data are damaged (${(error as Error).message}).`, { cause: error });
  } finally {
    opened.close();
  }
}

function open(h5wasm: Hdf5, file: string): InstanceType<Hdf5['File']> {
  try {
    const opened = new h5wasm.File(file, 'r');
    if (opened.file_id >= 0n) return opened;
  } catch (cause) {
    throw new FormatError('it starts as an HDF5 file, but is damaged.', { cause });
  }
  throw new FormatError('it starts as an HDF5 file, but is damaged.');
}

function remarksOf(file: Group): PlainObject {
  const other: PlainObject = {};
  for (const name of ['keras_version', 'backend', 'model_config']) {
    const value = file.attrs[name]?.value;
    if (typeof value === 'string') other[name] = value;
  }
  return other;
}
