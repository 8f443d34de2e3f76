/** Pickled values as plain data, fit for JSON: configurations and remarks in checkpoints. */
import { FormatError } from '../../errors.js';
import { NumpyArray, NumpyDtype } from './pickle/numpy-value.js';
import { PyGlobal, PyRecord, type PyValue } from './pickle/value.js';
import { shown } from './shown.js';
import { StorageRef, TensorView } from './torch/tensor-view.js';

export type Plain = null | boolean | number | string | Plain[] | PlainObject;
export interface PlainObject {
  [key: string]: Plain;
}

/** Deeper than any configuration; circles end here too. */
const DEEPEST = 100;
/** A list in a list in a list grows without end when it is written out. */
const MOST_VALUES = 200_000;
const LONGEST_KEY = 1024;
const LETTERS_PER_VALUE = 64;

/** Records that stand for their attributes. */
const ATTRIBUTES = new Set(['argparse.Namespace', 'types.SimpleNamespace']);

/**
 * Copies a value as plain data. What has no plain form is described: a tensor as `{ tensor: type, shape }`, bytes as
 * `{ bytes: count }`, an object as `{ class, args, attributes }`. Whole numbers beyond 2^53 become decimal texts.
 *
 * @throws FormatError when it is nested or repeated beyond all reason.
 */
export function toPlain(value: PyValue): Plain {
  return new Copy().of(value, 0);
}

/** {@link toPlain} of a dictionary's entries, leaving some out. */
export function toPlainObject(entries: ReadonlyMap<PyValue, PyValue>, except: readonly string[] = []): PlainObject {
  const kept = [...entries].filter(([key]) => typeof key !== 'string' || !except.includes(key));
  return new Copy().object(new Map(kept), 0);
}

class Copy {
  private left = MOST_VALUES;

  of(value: PyValue, depth: number): Plain {
    if (--this.left < 0) throw new FormatError(`it holds a structure of more than ${MOST_VALUES} values.`);
    if (depth > DEEPEST) throw new FormatError(`it holds a structure nested deeper than ${DEEPEST} levels.`);
    if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return String(value);
    if (value instanceof Uint8Array) return { bytes: value.length };
    if (Array.isArray(value)) return value.map((item) => this.of(item, depth + 1));
    if (value instanceof Set) return [...value].map((item) => this.of(item, depth + 1));
    if (value instanceof Map) return this.object(value, depth);
    if (value instanceof PyRecord) return this.record(value, depth);
    if (value instanceof PyGlobal) return value.path;
    if (value instanceof NumpyArray) return this.array(value);
    if (value instanceof NumpyDtype) return value.descr;
    if (value instanceof TensorView) return { tensor: value.typeName, shape: [...value.shape] };
    if (value instanceof StorageRef) return { storage: value.typeName, elements: value.count };
    throw new FormatError('it holds a value of an unknown kind.');
  }

  object(entries: ReadonlyMap<PyValue, PyValue>, depth: number): PlainObject {
    const pairs: [string, Plain][] = [];
    for (const [key, value] of entries) pairs.push([this.key(key, depth + 1), this.of(value, depth + 1)]);
    return Object.fromEntries(pairs);
  }

  /** A text may be repeated too. */
  private text(text: string): string {
    this.left -= Math.floor(text.length / LETTERS_PER_VALUE);
    return text;
  }

  private key(key: PyValue, depth: number): string {
    const text = typeof key === 'string' ? key : JSON.stringify(this.of(key, depth));
    this.text(text);
    if (text.length > LONGEST_KEY) throw new FormatError(`it has the key ${shown(text)} of ${text.length} letters.`);
    // Whoever copies it key by key would change the prototype of all objects.
    if (text === '__proto__') throw new FormatError('it has the key "__proto__", which no checkpoint needs.');
    return text;
  }

  private record(record: PyRecord, depth: number): Plain {
    const { path: name, args, state, entries, items } = record;
    // Subclasses of dict, such as the CfgNode of yacs.
    if (entries.size > 0 || /\.CfgNode$/.test(name)) return this.object(entries, depth);
    if (ATTRIBUTES.has(name)) return state instanceof Map ? this.object(state, depth) : {};
    return {
      class: name.slice(0, LONGEST_KEY),
      ...(args.length > 0 && { args: this.of([...args], depth + 1) }),
      ...(state !== null && { attributes: this.of(state, depth + 1) }),
      ...(items.length > 0 && { items: this.of(items, depth + 1) }),
    };
  }

  /** Nested lists, as NumPy prints them. */
  private array(array: NumpyArray): Plain {
    const count = array.shape.reduce((product, side) => product * side, 1);
    if (count > this.left) return { array: [...array.shape] };
    const values = array.read();
    this.left -= values.length;
    const nest = (axis: number, at: number, step: number): Plain => {
      if (axis === array.shape.length) return values[at];
      const inner = step / array.shape[axis];
      return Array.from({ length: array.shape[axis] }, (_, i) => nest(axis + 1, at + i * inner, inner));
    };
    return values.length === 0 ? [] : nest(0, 0, values.length);
  }
}
