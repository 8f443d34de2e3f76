/**
 * What a pickle may become: plain values, and objects that only say what the file asked for. None of them does anything.
 */

/** Objects of Python that have no counterpart among plain values. */
export abstract class PyObject {
  /** Told apart by class; the field keeps plain values out of this type. */
  protected readonly inert = true;
}

/** Tuples and lists are arrays, None is null; whole numbers beyond 2^53 are bigint. */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyValue[]
  | Map<PyValue, PyValue>
  | Set<PyValue>
  | PyObject;

/** A class or function by name. Never looked up, never imported. */
export class PyGlobal extends PyObject {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {
    super();
  }

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** What calling `maker` with `args` would have made, with what was then put into it. */
export class PyRecord extends PyObject {
  /** Given by BUILD: attributes, as a rule a dictionary. */
  state: PyValue = null;
  /** Given by SETITEM, for subclasses of dict. */
  readonly entries = new Map<PyValue, PyValue>();
  /** Given by APPEND and ADDITEMS, for subclasses of list and set. */
  readonly items: PyValue[] = [];

  /** Dotted name of the class or function. */
  readonly path: string;

  constructor(
    maker: PyGlobal | PyRecord,
    readonly args: readonly PyValue[],
  ) {
    super();
    this.path = maker.path;
  }
}
