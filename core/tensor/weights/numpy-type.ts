/** NumPy's type strings, such as `<f4`: byte order, kind, bytes. */
import { NUMBER_TYPES, type NumberType } from './number-type.js';

const TYPES: Readonly<Record<string, NumberType>> = {
  f8: NUMBER_TYPES.float64,
  f4: NUMBER_TYPES.float32,
  f2: NUMBER_TYPES.float16,
  i8: NUMBER_TYPES.int64,
  i4: NUMBER_TYPES.int32,
  i2: NUMBER_TYPES.int16,
  i1: NUMBER_TYPES.int8,
  u8: NUMBER_TYPES.uint64,
  u4: NUMBER_TYPES.uint32,
  u2: NUMBER_TYPES.uint16,
  u1: NUMBER_TYPES.uint8,
  b1: NUMBER_TYPES.bool,
};

export interface NumpyType {
  readonly type: NumberType;
  readonly little: boolean;
}

/** Undefined for texts, objects, structures and complex numbers. */
export function numpyType(descr: string): NumpyType | undefined {
  const [, order, code] = /^([<>|=]?)([a-z]\d)$/.exec(descr) ?? [];
  const type = code === undefined || !Object.hasOwn(TYPES, code) ? undefined : TYPES[code];
  // '=' is the byte order of the machine that wrote; all that PyTorch runs on are little-endian.
  return type && { type, little: order !== '>' };
}
