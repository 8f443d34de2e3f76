/** Reading and changing a raw mapping by dotted keys, before it is merged over the defaults. */
import type { Entry, Mapping, Origin, Value } from './value.js';

/** The entry at a dotted key; list elements go by their number. */
export function entryAt(root: Mapping, key: string): Entry | undefined {
  let entry: Entry | undefined;
  let value: Value = root;
  for (const part of key.split('.')) {
    if (value.kind === 'map') entry = value.entries.get(part);
    else if ((value.kind === 'list' || value.kind === 'tuple') && value.items[Number(part)])
      entry = { origin: value.items[Number(part)].origin, value: value.items[Number(part)] };
    else entry = undefined;
    if (!entry) return undefined;
    value = entry.value;
  }
  return entry;
}

/** The value at a dotted key. */
export function valueAt(root: Mapping, key: string): Value | undefined {
  return entryAt(root, key)?.value;
}

/**
 * Writes an entry at a dotted key, making the sections on the way.
 *
 * @returns false when something on the way is not a section; nothing is written then, and the merge complains about it.
 */
export function putAt(root: Mapping, key: string, entry: Entry): boolean {
  const parts = key.split('.');
  const last = parts.pop()!;
  let map = root;
  for (const part of parts) {
    let child = map.entries.get(part);
    if (!child) {
      child = { origin: entry.origin, value: { kind: 'map', entries: new Map(), origin: entry.origin } };
      map.entries.set(part, child);
    }
    if (child.value.kind !== 'map') return false;
    map = child.value;
  }
  map.entries.set(last, entry);
  return true;
}

/** Removes the entry at a dotted key and gives it back. */
export function takeAt(root: Mapping, key: string): Entry | undefined {
  const entry = entryAt(root, key);
  const dot = key.lastIndexOf('.');
  const parent = dot < 0 ? root : valueAt(root, key.slice(0, dot));
  if (entry && parent?.kind === 'map') parent.entries.delete(key.slice(dot + 1));
  return entry;
}

/**
 * Splits dotted keys (R010): `FILTER_SAMPLES.PROPS:` under `DATA.TRAIN` means the nested key. A dotted and a nested
 * form of one key merge, and the last one written wins. Mappings inside lists and the sections named in `free` are
 * left alone.
 */
export function nestDottedKeys(map: Mapping, free: readonly string[], prefix = ''): Mapping {
  const nested: Mapping = { kind: 'map', entries: new Map(), origin: map.origin };
  for (const [name, entry] of map.entries) {
    const parts = name.split('.');
    const key = prefix === '' ? name : `${prefix}.${name}`;
    let value = entry.value;
    if (value.kind === 'map' && !free.includes(key)) value = nestDottedKeys(value, free, key);
    else if (value.kind === 'map') value = copyMapping(value);
    if (parts.length === 1 || !parts.every((part) => /^[A-Za-z]\w*$/.test(part)))
      mergeEntry(nested, name, { origin: entry.origin, value });
    else mergeEntry(nested, parts[0], wrap(parts.slice(1), { origin: entry.origin, value }));
  }
  return nested;
}

/** Writes the entry, or merges it with what is there when both are sections. */
export function mergeEntry(into: Mapping, name: string, entry: Entry): void {
  const there = into.entries.get(name);
  if (there?.value.kind === 'map' && entry.value.kind === 'map')
    for (const [below, child] of entry.value.entries) mergeEntry(there.value, below, child);
  else into.entries.set(name, entry);
}

function wrap(parts: string[], entry: Entry): Entry {
  if (parts.length === 0) return entry;
  const [name, ...rest] = parts;
  const origin: Origin = entry.origin;
  return { origin, value: { kind: 'map', entries: new Map([[name, wrap(rest, entry)]]), origin } };
}

/** Aliases share values, and upgrades change mappings in place. */
function copyMapping(map: Mapping): Mapping {
  const entries = new Map<string, Entry>();
  for (const [name, { origin, value }] of map.entries)
    entries.set(name, { origin, value: value.kind === 'map' ? copyMapping(value) : value });
  return { ...map, entries };
}
