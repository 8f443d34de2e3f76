/** Reader of NumPy's `.npz` archives (NEP 1): little-endian numbers and byte strings in C order. */
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import type { NamedTensors } from '../../../core/tensor/index.js';

const READERS: Record<string, (view: DataView, at: number) => number> = {
  '<f4': (view, at) => view.getFloat32(at, true),
  '<f8': (view, at) => view.getFloat64(at, true),
  '<i4': (view, at) => view.getInt32(at, true),
  '<i8': (view, at) => Number(view.getBigInt64(at, true)),
  '|u1': (view, at) => view.getUint8(at),
  '|b1': (view, at) => view.getUint8(at),
};

/** All numeric arrays of an archive, as float32. */
export function readNpz(file: string): NamedTensors {
  const arrays: NamedTensors = new Map();
  for (const [entry, bytes] of Object.entries(unzipSync(readFileSync(file)))) {
    const array = readNpy(bytes);
    if (array) arrays.set(entry.replace(/\.npy$/, ''), array);
  }
  return arrays;
}

function readNpy(bytes: Uint8Array): { data: Float32Array; shape: number[] } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6] > 1;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (long ? 12 : 10) + length;
  const header = new TextDecoder('latin1').decode(bytes.subarray(long ? 12 : 10, start));
  const type = /'descr':\s*'([^']+)'/.exec(header)![1];
  if (/'fortran_order':\s*True/.test(header)) throw new Error('Fortran order is not expected here');
  const shape = [...(/'shape':\s*\(([^)]*)\)/.exec(header)![1].matchAll(/\d+/g) ?? [])].map((match) =>
    Number(match[0]),
  );
  const read = READERS[type];
  if (!read) return undefined;
  const size = Number(type.slice(2));
  const count = shape.reduce((product, side) => product * side, 1);
  return { data: Float32Array.from({ length: count }, (_, i) => read(view, start + i * size)), shape };
}
