/** Numbers as files store them, in the types that Biagraph keeps. */
import { endianness } from 'node:os';
import { allocate, type DType, type PixelArray } from '../../core/image/image.js';

export interface StoredNumber {
  kind: 'int' | 'uint' | 'float' | 'bool';
  bytes: 1 | 2 | 4 | 8;
}

/** The dtype that numbers are read as: what has no dtype here takes the next one that holds its values. */
export function dtypeOfStored({ kind, bytes }: StoredNumber): DType {
  if (kind === 'bool') return 'uint8';
  if (kind === 'float') return bytes === 8 ? 'float64' : 'float32';
  // 64-bit integers of microscopy are counts and ids; those beyond 32 bits are refused when they are met.
  return `${kind}${8 * Math.min(bytes, 4)}` as DType;
}

/**
 * Pixels of stored bytes, which may be changed in place: without a conversion they become the result.
 *
 * @throws Error for a 64-bit integer that does not fit in 32 bits.
 */
export function toPixels(bytes: Uint8Array<ArrayBuffer>, type: StoredNumber, littleEndian: boolean): PixelArray {
  toNative(bytes, type.bytes, littleEndian);
  const aligned = bytes.byteOffset % type.bytes === 0 ? bytes : Uint8Array.from(bytes);
  const count = Math.floor(aligned.length / type.bytes);
  if (type.kind === 'bool') return aligned.map((value) => (value === 0 ? 0 : 1));
  if (type.kind === 'float' && type.bytes === 2)
    return fromHalf(new Uint16Array(aligned.buffer, aligned.byteOffset, count));
  if (type.kind !== 'float' && type.bytes === 8) return narrow(aligned, type.kind === 'int');
  const Numbers = allocate(dtypeOfStored(type), 0).constructor as new (
    buffer: ArrayBuffer,
    at: number,
    length: number,
  ) => PixelArray;
  return new Numbers(aligned.buffer, aligned.byteOffset, count);
}

/** Brings multi-byte numbers into the byte order of this machine, in place. */
export function toNative(bytes: Uint8Array, size: number, littleEndian: boolean): void {
  if (littleEndian === (endianness() === 'LE')) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

/** The bytes of pixels, low byte first: a view where the machine has them so, else a copy. */
export function littleEndianBytes(data: PixelArray): Uint8Array {
  const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (endianness() === 'LE') return view;
  const own = Uint8Array.from(view);
  toNative(own, data.BYTES_PER_ELEMENT, true);
  return own;
}

/** 64-bit integers as 32-bit ones. @throws Error when a value does not fit. */
export function narrow(bytes: Uint8Array<ArrayBuffer>, signed: boolean): PixelArray {
  const { buffer, byteOffset, byteLength } = bytes;
  const wide = signed
    ? new BigInt64Array(buffer, byteOffset, byteLength / 8)
    : new BigUint64Array(buffer, byteOffset, byteLength / 8);
  const result = allocate(signed ? 'int32' : 'uint32', wide.length);
  for (let i = 0; i < wide.length; i++) {
    result[i] = Number(wide[i]);
    if (BigInt(result[i]) !== wide[i]) throw new Error(`the 64-bit value ${wide[i]} does not fit in 32 bits`);
  }
  return result;
}

/** IEEE 754 half precision to float32. */
export function fromHalf(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** How NumPy and Zarr v2 call the number types of images, in little-endian order. */
export const NUMPY_TYPES = {
  uint8: '|u1',
  int8: '|i1',
  uint16: '<u2',
  int16: '<i2',
  uint32: '<u4',
  int32: '<i4',
  float32: '<f4',
  float64: '<f8',
} as const;
