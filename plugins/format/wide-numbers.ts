/** Types of numbers by the names that containers give them, and their bytes as pixels. */
import { endianness } from 'node:os';
import type { DType, PixelArray } from '../../core/image/image.js';
import { dtypeOfStored, type StoredNumber, toNative, toPixels } from './stored-number.js';

/** How the values of a container are stored. */
export type StoredType = DType | 'int64' | 'uint64' | 'float16' | 'bool';

/** The stored type of a name such as `uint16`; undefined for one that holds no pixels. */
export function storedType(name: string): StoredType | undefined {
  return /^(bool|u?int(8|16|32|64)|float(16|32|64))$/.test(name) ? (name as StoredType) : undefined;
}

function numberOf(type: StoredType): StoredNumber {
  if (type === 'bool') return { kind: 'bool', bytes: 1 };
  const [, kind, bits] = /^([a-z]+)(\d+)$/.exec(type)!;
  return { kind, bytes: Number(bits) / 8 } as StoredNumber;
}

/** Bytes of one value. */
export function storedBytes(type: StoredType): number {
  return numberOf(type).bytes;
}

/** Type of the pixels: 64-bit integers become 32-bit ones, as those of TIFF files. */
export function pixelType(type: StoredType): DType {
  return dtypeOfStored(numberOf(type));
}

/** Pixels from bytes in the order of this machine. @throws Error for a 64-bit integer that does not fit in 32 bits. */
export function pixelsOf(bytes: Uint8Array, type: StoredType): PixelArray {
  return toPixels(bytes as Uint8Array<ArrayBuffer>, numberOf(type), endianness() === 'LE');
}

/** Brings big-endian bytes into the order of this machine, in place. */
export function fromBigEndian(bytes: Uint8Array, size: number): Uint8Array {
  toNative(bytes, size, false);
  return bytes;
}
