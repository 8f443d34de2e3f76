/**
 * NumPy's arrays in files: `.npy`, and `.npz` archives of them.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import { FormatError } from '../../errors.js';
import { stridesOf } from '../../image/c-order.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import { toFloat32 } from './number-type.js';
import { numpyType } from './numpy-type.js';
import type { PlainObject } from './plain.js';
import { shown } from './shown.js';
import { checkedCount, gather } from './strided.js';
import type { ZipArchive } from './zip.js';

/** What each `.npy` file starts with. */
export const NPY_START = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

const PREFIX_BYTES = 12;
const LONGEST_HEADER = 2 ** 16;

/** Some of the bytes of an array; may be asked for more than once. */
type Bytes = (position: number, length: number) => Promise<Uint8Array>;

export interface NpyHeader {
  /** Type as NumPy writes it, such as `<f4`. */
  descr: string;
  /** The first axis moves fastest. */
  fortran: boolean;
  shape: number[];
  /** Where the numbers begin. */
  start: number;
}

/** @throws FormatError when the file is none, or its header does not fit into `size` bytes. */
export async function readNpyHeader(read: Bytes, size: number): Promise<NpyHeader> {
  if (size < PREFIX_BYTES) throw damaged(`it has ${size} bytes`);
  const prefix = await read(0, PREFIX_BYTES);
  const view = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES);
  if (!NPY_START.every((byte, i) => prefix[i] === byte)) throw damaged('it does not start as one');
  // Version 1 has a length of two bytes.
  const [headerStart, headerLength] = prefix[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const start = headerStart + headerLength;
  if (headerLength > LONGEST_HEADER || start > size) throw damaged(`its header claims ${headerLength} bytes`);
  return { ...parseHeader(Buffer.from(await read(headerStart, headerLength)).toString('latin1')), start };
}

/**
 * Reads the array as float32 in C order.
 *
 * @returns the type as NumPy writes it where that is no real number, such as `<U5`.
 * @throws FormatError when the shape does not fit into `size` bytes.
 */
export async function readNpy(read: Bytes, size: number): Promise<TensorData | string> {
  const { descr, fortran, shape, start } = await readNpyHeader(read, size);
  const numbers = numpyType(descr);
  if (!numbers) return descr;
  const stride = fortran ? stridesOf([...shape].reverse()).reverse() : stridesOf(shape);
  const array = { offset: 0, shape, stride };
  const count = checkedCount(array, Math.floor((size - start) / numbers.type.bytes));
  const values = toFloat32(await read(start, count * numbers.type.bytes), numbers.type, numbers.little);
  return { data: fortran ? gather(values, array) : values, shape };
}

/** True for archives that hold arrays. */
export function isNpz(archive: ZipArchive): boolean {
  return archive.names.some((name) => name.endsWith('.npy'));
}

/** All arrays of numbers; the names and types of the others are in `other`. @throws FormatError */
export async function readNpz(archive: ZipArchive): Promise<{ tensors: NamedTensors; other: PlainObject }> {
  const tensors: NamedTensors = new Map();
  const unread: [string, string][] = [];
  for (const entry of archive.names.filter((name) => name.endsWith('.npy'))) {
    const name = entry.slice(0, -'.npy'.length);
    const bytes = await archive.read(entry);
    const array = await inArchive(name, () =>
      readNpy(async (at, length) => bytes.slice(at, at + length), bytes.length),
    );
    if (typeof array === 'string') unread.push([name, array]);
    else tensors.set(name, array);
  }
  return { tensors, other: unread.length > 0 ? { unread: Object.fromEntries(unread) } : {} };
}

/** A dictionary as Python prints it; the three keys are always there. */
function parseHeader(text: string): Omit<NpyHeader, 'start'> {
  const descr = /'descr':\s*(?:'([^']*)'|(\[))/.exec(text);
  const order = /'fortran_order':\s*(True|False)/.exec(text);
  const shape = /'shape':\s*\(([\d,\sL]*)\)/.exec(text);
  if (!descr || !order || !shape) throw damaged(`its header is ${shown(text)}`);
  const sides = (shape[1].match(/\d+/g) ?? []).map(Number);
  return { descr: descr[1] ?? 'a structure', fortran: order[1] === 'True', shape: sides };
}

async function inArchive<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`array ${shown(name)}: ${error.message}`, { cause: error });
  }
}

function damaged(problem: string): FormatError {
  return new FormatError(`not a sound .npy array: ${problem}. Fetch or write it again.`);
}
