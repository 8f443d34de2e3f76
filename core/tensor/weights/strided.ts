/** Views into flat storages, as PyTorch and Fortran-ordered NumPy arrays have them. */

import { FormatError } from '../../errors.js';
import { stridesOf } from '../../image/c-order.js';

/** More dimensions than PyTorch allows are a sign of a forged file. */
const MOST_DIMENSIONS = 64;

export interface Strided {
  /** In elements, as all fields. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/**
 * Elements of a view.
 *
 * @throws FormatError unless all fields are whole, none is negative, and the view ends before `available` elements.
 */
export function checkedCount({ offset, shape, stride }: Strided, available: number): number {
  const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (shape.length > MOST_DIMENSIONS || shape.length !== stride.length)
    throw new FormatError(`a tensor has ${shape.length} sides and ${stride.length} strides.`);
  if (![offset, ...shape, ...stride].every(whole))
    throw new FormatError(`a tensor has the shape [${shape}], strides [${stride}] and offset ${offset}.`);
  const count = shape.reduce((product, side) => product * side, 1);
  const last = shape.reduce((at, side, axis) => at + (side - 1) * stride[axis], offset);
  if (!Number.isSafeInteger(count) || (count > 0 && !(last < available)))
    throw new FormatError(
      `a tensor of shape [${shape}] with strides [${stride}] at ${offset} does not fit into its storage of ${available} numbers.`,
    );
  return count;
}

/** True when the view is C-ordered, so that its elements follow each other. */
export function isContiguous({ shape, stride }: Strided): boolean {
  const dense = stridesOf(shape);
  return shape.every((side, axis) => side === 1 || stride[axis] === dense[axis]);
}

/** The elements of a checked view, in C order, in an array of their own. */
export function gather(values: Float32Array, view: Strided): Float32Array {
  const { offset, shape, stride } = view;
  const count = shape.reduce((product, side) => product * side, 1);
  if (count === 0) return new Float32Array(0);
  if (isContiguous(view)) return values.slice(offset, offset + count);
  const out = new Float32Array(count);
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let to = 0; to < count; to++) {
    out[to] = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += stride[axis];
      if (++index[axis] < shape[axis]) break;
      from -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
