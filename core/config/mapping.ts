import { ConfigError } from '../errors.js';
import type { Entry, Mapping, Origin, Value } from './value.js';

const maxDepth = 60;

/**
 * A configuration given as a JavaScript object. Whole numbers count as ints, which every float key takes as well; arrays
 * count as lists, which every tuple key takes as well.
 *
 * @throws ConfigError when it is not a mapping, or nests without end.
 */
export function readMapping(source: unknown, file: string): Mapping {
  const value = fromPlain(source, { file }, 0);
  if (value.kind !== 'map')
    throw new ConfigError([
      { severity: 'error', file, message: 'The configuration is not a mapping of keys.', rule: 'R001' },
    ]);
  return value;
}

/** A plain JavaScript value as if it had been written. */
export function fromPlain(source: unknown, origin: Origin, depth = 0): Value {
  if (depth > maxDepth)
    throw new ConfigError([
      { severity: 'error', ...origin, message: `The configuration nests deeper than ${maxDepth}.` },
    ]);
  if (source === null) return { kind: 'null', origin };
  if (typeof source === 'boolean') return { kind: 'bool', value: source, origin };
  if (typeof source === 'string') return { kind: 'str', value: source, quoted: true, origin };
  if (typeof source === 'number') return { kind: Number.isInteger(source) ? 'int' : 'float', value: source, origin };
  if (Array.isArray(source))
    return { kind: 'list', items: source.map((item) => fromPlain(item, origin, depth + 1)), origin };
  if (typeof source === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(source))) {
    const entries = new Map<string, Entry>();
    for (const [name, value] of Object.entries(source))
      if (value !== undefined) entries.set(name, { origin, value: fromPlain(value, origin, depth + 1) });
    return { kind: 'map', entries, origin };
  }
  return { kind: 'foreign', name: `a ${typeof source}`, origin };
}
