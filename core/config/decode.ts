import type { KeyInfo } from './keys.js';
import { readLiteral } from './literal.js';
import type { Value } from './value.js';

/** Reads texts as Python literals where the key asks for something else than a text (R006). */
export function decode(value: Value, info: KeyInfo): Value {
  if (info.python === 'dict') return decodeBelow(value);
  if (value.kind !== 'str') return value;
  const literal = readLiteral(value.value, value.origin);
  if (!literal) return value;
  if (info.python !== 'str') return literal;
  return literal.kind === 'str' || (literal.kind === 'null' && !value.quoted) ? literal : value;
}

/** In a free mapping nothing says what is meant, so bare words alone are read as literals. */
export function decodeBelow(value: Value): Value {
  if (value.kind === 'map')
    return {
      ...value,
      entries: new Map(
        [...value.entries].map(([name, entry]) => [name, { ...entry, value: decodeBelow(entry.value) }]),
      ),
    };
  if (value.kind === 'str' && !value.quoted) return readLiteral(value.value, value.origin) ?? value;
  return value;
}
