/**
 * A value as the user wrote it. JavaScript values alone would not do: BiaPy tells `1` from `1.0` and a tuple from a list,
 * and every complaint needs the place the value came from.
 */

/** Where something was written. `file` is a path or, for overrides, the option itself. */
export interface Origin {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

interface At {
  readonly origin: Origin;
}

export type Null = At & { readonly kind: 'null' };
export type Bool = At & { readonly kind: 'bool'; readonly value: boolean };
export type Numeric = At & { readonly kind: 'int' | 'float'; readonly value: number };
/** `quoted` tells a text between quotes from a bare word. */
export type Text = At & { readonly kind: 'str'; readonly value: string; readonly quoted: boolean };
/** `source` is what a flow list looks like in the file; needed to read `[(0.9, 0.999)]` the way it is meant. */
export type Sequence = At & { readonly kind: 'list' | 'tuple'; readonly items: Value[]; readonly source?: string };
export type Mapping = At & { readonly kind: 'map'; readonly entries: Map<string, Entry> };
/** Something YAML knows and a configuration does not, such as a date. */
export type Foreign = At & { readonly kind: 'foreign'; readonly name: string };

export type Value = Null | Bool | Numeric | Text | Sequence | Mapping | Foreign;

/** A key of a mapping, with its own place. */
export interface Entry {
  readonly origin: Origin;
  value: Value;
}

/** The plain JavaScript value; tuples become arrays. */
export function toPlain(value: Value): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'list':
    case 'tuple':
      return value.items.map(toPlain);
    case 'map':
      return Object.fromEntries([...value.entries].map(([name, entry]) => [name, toPlain(entry.value)]));
    case 'foreign':
      return undefined;
    default:
      return value.value;
  }
}

/** Python's name of the type, with a word for people who do not speak Python. */
export function describeKind(kind: string): string {
  return kindWords[kind] ?? kind;
}

/** The value as a person would write it, shortened. */
export function show(value: Value): string {
  const text = showAll(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A plain JavaScript value as a person would write it, shortened. */
export function showPlain(value: unknown): string {
  const text = typeof value === 'string' ? quote(value) : JSON.stringify(value)?.replaceAll(',', ', ');
  return text === undefined ? String(value) : text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const kindWords: Record<string, string> = {
  null: 'nothing (null)',
  none: 'any value',
  bool: 'true or false (bool)',
  int: 'a whole number (int)',
  float: 'a number (float)',
  str: 'a text (str)',
  list: 'a list',
  tuple: 'a tuple',
  map: 'a section (mapping)',
  dict: 'a section (mapping)',
  foreign: 'a value of no plain type',
};

function showAll(value: Value): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'list':
      return `[${value.items.map(showAll).join(', ')}]`;
    case 'tuple':
      return `(${value.items.map(showAll).join(', ')})`;
    case 'map':
      return `{${[...value.entries].map(([name, entry]) => `${name}: ${showAll(entry.value)}`).join(', ')}}`;
    case 'foreign':
      return value.name;
    case 'str':
      return quote(value.value);
    case 'float':
      return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
    default:
      return String(value.value);
  }
}

function quote(text: string): string {
  return `"${text.replace(/\s+/g, ' ')}"`;
}
