/** Bringing computed values back to the number types of files. */

import { allocate, bytesPerValue, type DType, type PixelArray } from './image.js';

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/** Least and greatest value of an integer type. */
export function integerRange(dtype: DType): [number, number] {
  const bits = 8 * bytesPerValue(dtype);
  return dtype.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

/** Rounds to the nearest integer, halves to even, as numpy. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * How a value is stored in a type: integers are rounded (halves to even) and limited to the range, where numpy's
 * `astype` cuts off and wraps around; NaN becomes 0.
 */
export function storing(dtype: DType): (value: number) => number {
  if (isFloat(dtype)) return (value) => value;
  const [low, high] = integerRange(dtype);
  return (value) => Math.min(Math.max(roundHalfEven(value), low), high);
}

/** Values in another type, see {@link storing}; the same array when it has that type already. */
export function castPixels(values: PixelArray, dtype: DType): PixelArray {
  const result = allocate(dtype, values.length);
  if (result.constructor === values.constructor) return values;
  const store = storing(dtype);
  for (let i = 0; i < values.length; i++) result[i] = store(values[i]);
  return result;
}
