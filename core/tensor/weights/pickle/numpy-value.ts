/** NumPy's arrays, scalars and types as they occur in pickles. */

import { FormatError } from '../../../errors.js';
import { stridesOf } from '../../../image/c-order.js';
import { toFloat32 } from '../number-type.js';
import { type NumpyType, numpyType } from '../numpy-type.js';
import { checkedCount, gather } from '../strided.js';
import { PyObject, type PyValue } from './value.js';

/** A `numpy.dtype`; BUILD adds the byte order. */
export class NumpyDtype extends PyObject {
  private order = '';

  constructor(private readonly code: string) {
    super();
  }

  get descr(): string {
    return this.order + this.code;
  }

  /** State: `(version, byte order, ...)`. */
  build(state: PyValue): void {
    const order = Array.isArray(state) ? state[1] : undefined;
    if (typeof order !== 'string' || !/^[<>|=]$/.test(order))
      throw new FormatError('its pickle has a broken NumPy type.');
    this.order = order;
  }

  /** @throws FormatError for types that are no real numbers. */
  get numbers(): NumpyType {
    const type = numpyType(this.descr);
    if (!type)
      throw new FormatError(`its pickle has a NumPy array of the type ${JSON.stringify(this.descr.slice(0, 20))}.`);
    return type;
  }
}

/** A `numpy.ndarray`; BUILD adds what is in it. */
export class NumpyArray extends PyObject {
  shape: readonly number[] = [0];
  private fortran = false;
  private dtype: NumpyDtype | undefined;
  /** Undefined for arrays of objects. */
  bytes: Uint8Array | undefined;

  /** State: `(version, shape, dtype, Fortran order, bytes)`. */
  build(state: PyValue): void {
    const [shape, dtype, fortran, data] = Array.isArray(state) ? state.slice(-4) : [];
    if (!isNumbers(shape) || !(dtype instanceof NumpyDtype))
      throw new FormatError('its pickle has a broken NumPy array.');
    this.shape = shape;
    this.dtype = dtype;
    this.fortran = fortran === true;
    this.bytes = data instanceof Uint8Array ? data : undefined;
  }

  /** All elements in C order. @throws FormatError when bytes and shape do not agree, or these are no numbers. */
  read(): Float32Array {
    if (!this.dtype || !this.bytes) throw new FormatError('its pickle has a NumPy array without numbers.');
    const { type, little } = this.dtype.numbers;
    const stride = this.fortran ? stridesOf([...this.shape].reverse()).reverse() : stridesOf(this.shape);
    const view = { offset: 0, shape: this.shape, stride };
    if (checkedCount(view, this.bytes.length / type.bytes) * type.bytes !== this.bytes.length)
      throw new FormatError(`its pickle has a NumPy array of shape [${this.shape}] in ${this.bytes.length} bytes.`);
    return gather(toFloat32(this.bytes, type, little), view);
  }

  /** From the buffer of protocol 5: `(bytes, dtype, shape, order)`. */
  static fromBuffer([bytes, dtype, shape, order]: readonly PyValue[]): NumpyArray {
    const array = new NumpyArray();
    array.build([shape, dtype, order === 'F', bytes]);
    return array;
  }
}

/** A `numpy.float64` and its like become the number: `(dtype, bytes)`. */
export function numpyScalar([dtype, bytes]: readonly PyValue[]): number {
  if (!(dtype instanceof NumpyDtype) || !(bytes instanceof Uint8Array))
    throw new FormatError('its pickle has a broken NumPy number.');
  const { type, little } = dtype.numbers;
  if (bytes.length !== type.bytes) throw new FormatError('its pickle has a broken NumPy number.');
  return type.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, little);
}

export function isNumbers(value: PyValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every((item) => typeof item === 'number');
}
