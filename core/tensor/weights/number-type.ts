/** Numbers as other programs store them, read as float32. */
import { FormatError } from '../../errors.js';

export interface NumberType {
  readonly name: string;
  readonly bytes: number;
  readonly read: (view: DataView, at: number, little: boolean) => number;
  /** A faster way for numbers of two bytes in the machine's own byte order. */
  readonly widen?: (words: Uint16Array) => Float32Array;
}

/** Types by the name that NumPy and PyTorch share. Complex and quantised numbers are not among them. */
export const NUMBER_TYPES = {
  float64: { name: 'float64', bytes: 8, read: (view, at, little) => narrowed(view.getFloat64(at, little)) },
  float32: { name: 'float32', bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  float16: {
    name: 'float16',
    bytes: 2,
    read: (view, at, little) => halfToNumber(view.getUint16(at, little)),
    widen: widenHalves,
  },
  bfloat16: {
    name: 'bfloat16',
    bytes: 2,
    read: (view, at, little) => widenBrains(Uint16Array.of(view.getUint16(at, little)))[0],
    widen: widenBrains,
  },
  int64: { name: 'int64', bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  int32: { name: 'int32', bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  int16: { name: 'int16', bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  int8: { name: 'int8', bytes: 1, read: (view, at) => view.getInt8(at) },
  uint64: { name: 'uint64', bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  uint32: { name: 'uint32', bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  uint16: { name: 'uint16', bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  uint8: { name: 'uint8', bytes: 1, read: (view, at) => view.getUint8(at) },
  bool: { name: 'bool', bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
} as const satisfies Record<string, NumberType>;

const MACHINE_IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * All numbers of an array of bytes, rounded to float32. Float32 in the machine's own byte order is not copied.
 *
 * @throws FormatError for a float64 that is finite but beyond float32.
 */
export function toFloat32(bytes: Uint8Array, type: NumberType, little: boolean): Float32Array {
  const count = Math.floor(bytes.byteLength / type.bytes);
  if (type.name === 'float32' && little === MACHINE_IS_LITTLE && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  if (type.widen && little === MACHINE_IS_LITTLE && bytes.byteOffset % 2 === 0)
    return type.widen(new Uint16Array(bytes.buffer, bytes.byteOffset, count));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = type.read(view, i * type.bytes, little);
  return numbers;
}

/** A silent infinity would look like a training that diverged. */
function narrowed(value: number): number {
  if (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
    throw new FormatError(`the float64 value ${value} is beyond float32, the type of all weights here.`);
  return value;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let everyHalf: Float32Array | undefined;

function widenHalves(words: Uint16Array): Float32Array {
  everyHalf ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfToNumber(bits));
  const numbers = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) numbers[i] = everyHalf[words[i]];
  return numbers;
}

/** A bfloat16 is the upper half of a float32. */
function widenBrains(words: Uint16Array): Float32Array {
  const numbers = new Float32Array(words.length);
  const bits = new Uint32Array(numbers.buffer);
  for (let i = 0; i < words.length; i++) bits[i] = words[i] << 16;
  return numbers;
}
