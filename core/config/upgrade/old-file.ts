import type { Problem } from '../../errors.js';
import { readLiteral } from '../literal.js';
import { entryAt, putAt, takeAt, valueAt } from '../tree.js';
import { type Entry, type Mapping, type Origin, show, type Value } from '../value.js';

/** A raw configuration while its old keys are rewritten; every change leaves a notice. */
export class OldFile {
  readonly notices: Problem[] = [];

  /** @param context what lies below an override: the file's own, already upgraded mapping */
  constructor(
    readonly tree: Mapping,
    private readonly context?: Mapping,
  ) {}

  /** The entry at a key of this mapping. */
  entry(key: string): Entry | undefined {
    return entryAt(this.tree, key);
  }

  /** The value at a key, texts read as Python literals where they are some. */
  value(key: string): Value | undefined {
    return literal(valueAt(this.tree, key));
  }

  /** Like {@link value}, but looks into the file as well when this is an override. */
  seen(key: string): Value | undefined {
    return this.value(key) ?? literal(this.context && valueAt(this.context, key));
  }

  /** The text at a key here or in the file, else undefined. */
  seenText(key: string): string | undefined {
    const value = this.seen(key);
    return value?.kind === 'str' ? value.value : undefined;
  }

  /** Number of image axes that the file asks for. */
  get dims(): 2 | 3 {
    return this.seenText('PROBLEM.NDIM') === '3D' ? 3 : 2;
  }

  /** Puts a value where the old one stood or would belong. */
  put(key: string, value: Value, origin: Origin = value.origin): void {
    putAt(this.tree, key, { origin, value });
  }

  /** Renames or moves a key, or does nothing when it is not there. */
  move(from: string, to: string, rule: string): void {
    const entry = takeAt(this.tree, from);
    if (!entry) return;
    putAt(this.tree, to, entry);
    this.notice(rule, from, entry.origin, `Old key; read as ${to}.`, `Write ${to} instead.`);
  }

  /** Removes a key without a successor. */
  drop(key: string, rule: string, why = 'it has no effect any more'): Entry | undefined {
    const entry = takeAt(this.tree, key);
    if (entry) this.notice(rule, key, entry.origin, `Old key; dropped, as ${why}.`, 'Remove it.');
    return entry;
  }

  /** Gives a key a new form. */
  reshape(key: string, value: Value, rule: string): void {
    const origin = this.entry(key)?.origin ?? value.origin;
    putAt(this.tree, key, { origin, value });
    this.notice(rule, key, origin, `Old form; ${key} is read as ${show(value)}.`, `Write it as ${show(value)}.`);
  }

  /** Removes a key silently: its notice is given by whoever reads it. */
  take(key: string): Entry | undefined {
    return takeAt(this.tree, key);
  }

  notice(rule: string, key: string, origin: Origin, message: string, advice?: string): void {
    this.notices.push({ severity: 'notice', ...origin, key, message, ...(advice && { advice }), rule });
  }
}

/** A text read as a Python literal where it is one. */
export function literal(value: Value | undefined): Value | undefined {
  if (value?.kind !== 'str') return value;
  return readLiteral(value.value, value.origin) ?? value;
}

/** The number, or undefined. */
export function numberOf(value: Value | undefined): number | undefined {
  return value?.kind === 'int' || value?.kind === 'float' ? value.value : undefined;
}

export function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'bool' && value.value;
}

export function itemsOf(value: Value | undefined): Value[] | undefined {
  return value?.kind === 'list' || value?.kind === 'tuple' ? value.items : undefined;
}

/** The texts of a list, leaving out what is no text. */
export function textsOf(value: Value | undefined): string[] {
  return (itemsOf(value) ?? []).flatMap((item) => (item.kind === 'str' ? [item.value] : []));
}

export const list = (items: Value[], origin: Origin): Value => ({ kind: 'list', items, origin });
export const str = (value: string, origin: Origin): Value => ({ kind: 'str', value, quoted: true, origin });
export const bool = (value: boolean, origin: Origin): Value => ({ kind: 'bool', value, origin });
export const int = (value: number, origin: Origin): Value => ({ kind: 'int', value, origin });
export const float = (value: number, origin: Origin): Value => ({ kind: 'float', value, origin });
export const texts = (values: readonly string[], origin: Origin): Value =>
  list(
    values.map((value) => str(value, origin)),
    origin,
  );
