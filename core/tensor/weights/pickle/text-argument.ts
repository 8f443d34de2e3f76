/** Numbers and texts of the old opcodes that write them in a line, as Python's repr does. */
import { FormatError } from '../../../errors.js';
import type { PickleBudget } from './budget.js';
import { narrowest } from './cursor.js';

export function intOf(text: string): boolean | number | bigint {
  // Protocol 0 writes True and False so.
  if (text === '01') return true;
  if (text === '00') return false;
  return bigOf(text);
}

export function bigOf(text: string): number | bigint {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new FormatError('its pickle has a number that is none.');
  return narrowest(BigInt(text.trim().replace(/^\+/, '')));
}

export function floatOf(text: string): number {
  const special: Record<string, number> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity };
  const value = special[text.trim()] ?? Number(text);
  if (Number.isNaN(value) && text.trim() !== 'nan') throw new FormatError('its pickle has a number that is none.');
  return value;
}

/** Python's repr of a byte string. */
export function unquoted(text: string, budget: PickleBudget): string {
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || text.at(-1) !== quote)
    throw new FormatError('its pickle has a text without quotes.');
  if (!text.includes('\\')) return text.slice(1, -1);
  budget.spend(text.length);
  const named: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  return text
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|([\s\S]))/g, (_all, hex: string | undefined, char: string) =>
      hex === undefined ? (named[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
}

/** Python's raw-unicode-escape. */
export function unescaped(text: string, budget: PickleBudget): string {
  if (!text.includes('\\')) return text;
  budget.spend(text.length);
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (all, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
