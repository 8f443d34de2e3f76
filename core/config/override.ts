import { ConfigError, type Problem } from '../errors.js';
import { keyInfo } from './keys.js';
import { readYaml } from './read.js';
import { SourceText } from './source.js';
import { nestDottedKeys } from './tree.js';
import type { Entry, Mapping, Origin, Value } from './value.js';

/** Sections whose keys are free, so that a dot in a name is part of it. */
export const freeSections = ['MODEL.PARAMETERS', 'GRAPH'];

/**
 * Reads one `KEY=VALUE` of the command line (R016). The value is read like one in the file; a text that is no YAML is
 * taken as it is.
 */
export function readOverride(option: string): { tree: Mapping } | { problem: Problem } {
  const origin: Origin = { file: `--set ${option}` };
  const at = option.indexOf('=');
  const key = option.slice(0, at).trim();
  if (at < 0 || key === '' || key.split('.').includes('')) {
    const message = 'Expected KEY=VALUE, with a dotted key.';
    const advice = 'Write it like --set TRAIN.EPOCHS=10.';
    return { problem: { severity: 'error', ...origin, message, advice, rule: 'R016' } };
  }
  const entry: Entry = { origin, value: place(readValue(key, option.slice(at + 1), origin), origin) };
  return { tree: nestDottedKeys({ kind: 'map', entries: new Map([[key, entry]]), origin }, freeSections) };
}

/** The shell has taken the quotes away, so a key that asks for a text gets one, be it `123` or `C: x`. */
function readValue(key: string, text: string, origin: Origin): Value {
  const raw: Value = { kind: 'str', value: text, quoted: false, origin };
  try {
    const { value } = readYaml(new SourceText(text, origin.file));
    const fits = value.kind === 'str' || value.kind === 'null';
    return keyInfo(key)?.python === 'str' && !fits ? raw : value;
  } catch (error) {
    if (error instanceof ConfigError) return raw;
    throw error;
  }
}

/** An override has no lines; everything in it came from the option. */
function place(value: Value, origin: Origin): Value {
  if (value.kind === 'list' || value.kind === 'tuple')
    return { ...value, origin, items: value.items.map((item) => place(item, origin)) };
  if (value.kind === 'map') {
    const entries = new Map<string, Entry>();
    for (const [name, entry] of value.entries) entries.set(name, { origin, value: place(entry.value, origin) });
    return { ...value, origin, entries };
  }
  return { ...value, origin };
}
