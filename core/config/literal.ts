import type { Entry, Origin, Value } from './value.js';

/**
 * Reads a text as a Python literal, as `ast.literal_eval` does: numbers, quoted strings, tuples (also without brackets),
 * lists, mappings, `True`, `False`, `None`. BiaPy does this with every text that YAML leaves at a key, which is how
 * `(256, 256, 1)` becomes a tuple and `1e-4` a number.
 *
 * @returns undefined where Python would raise, so that the text stays a text. Sets, complex numbers, byte strings
 * and f-strings are left as texts too: no key takes them.
 */
export function readLiteral(text: string, origin: Origin): Value | undefined {
  const reader = new LiteralReader(text, origin);
  try {
    return reader.whole();
  } catch (error) {
    if (error === notALiteral) return undefined;
    throw error;
  }
}

/** Written so that {@link readLiteral} gives the text back: between single quotes, with escapes. */
export function quoteLiteral(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `'${escaped}'`;
}

const notALiteral = Symbol('not a Python literal');
const maxDepth = 50;
const numberPattern =
  /^[-+]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:[eE][-+]?\d(?:_?\d)*)?)/;
const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '\n': '' };

class LiteralReader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly origin: Origin,
  ) {}

  whole(): Value {
    const items = [this.value(0)];
    let commas = 0;
    while (this.take(',')) {
      commas++;
      if (this.peek() === '') break;
      items.push(this.value(0));
    }
    if (this.peek() !== '') throw notALiteral;
    return commas === 0 ? items[0] : { kind: 'tuple', items, origin: this.origin };
  }

  private value(depth: number): Value {
    if (depth > maxDepth) throw notALiteral;
    const start = this.peek();
    if (start === '(') return this.parenthesised(depth);
    if (start === '[') {
      this.at++;
      return { kind: 'list', items: this.items(']', depth).items, origin: this.origin };
    }
    if (start === '{') return this.mapping(depth);
    if (start === "'" || start === '"')
      return { kind: 'str', value: this.string(start), quoted: true, origin: this.origin };
    if (/[A-Z]/.test(start)) return this.word();
    return this.number();
  }

  private parenthesised(depth: number): Value {
    this.at++;
    const { items, commas } = this.items(')', depth);
    return items.length === 1 && commas === 0 ? items[0] : { kind: 'tuple', items, origin: this.origin };
  }

  private items(close: string, depth: number): { items: Value[]; commas: number } {
    const items: Value[] = [];
    let commas = 0;
    while (!this.take(close)) {
      if (items.length > commas) throw notALiteral;
      items.push(this.value(depth + 1));
      if (this.take(',')) commas++;
    }
    return { items, commas };
  }

  private mapping(depth: number): Value {
    this.at++;
    const entries = new Map<string, Entry>();
    while (!this.take('}')) {
      const key = this.value(depth + 1);
      if (key.kind !== 'str' || !this.take(':')) throw notALiteral;
      entries.set(key.value, { origin: this.origin, value: this.value(depth + 1) });
      if (!this.take(',') && this.peek() !== '}') throw notALiteral;
    }
    return { kind: 'map', entries, origin: this.origin };
  }

  private string(quote: string): string {
    this.at++;
    let value = '';
    for (;;) {
      const c = this.text[this.at++];
      if (c === undefined || c === '\n') throw notALiteral;
      if (c === quote) return value;
      if (c !== '\\') value += c;
      else {
        const next = this.text[this.at++];
        if (next === undefined || /[0-9xuUNabfv]/.test(next)) throw notALiteral;
        value += escapes[next] ?? `\\${next}`;
      }
    }
  }

  private word(): Value {
    const [word] = /^\w+/.exec(this.text.slice(this.at))!;
    this.at += word.length;
    if (word === 'None') return { kind: 'null', origin: this.origin };
    if (word === 'True' || word === 'False') return { kind: 'bool', value: word === 'True', origin: this.origin };
    throw notALiteral;
  }

  private number(): Value {
    const [digits] = numberPattern.exec(this.text.slice(this.at)) ?? [''];
    const bare = digits.replaceAll('_', '').replace(/^[-+]/, '');
    // Python refuses `010`, which other languages read as octal.
    if (!/^\.?\d/.test(bare) || (/^0\d*[1-9]/.test(bare) && !/[.eE]/.test(bare))) throw notALiteral;
    this.at += digits.length;
    if (/[\w.]/.test(this.text[this.at] ?? '')) throw notALiteral;
    const value = Number(bare) * (digits.startsWith('-') ? -1 : 1);
    const whole = /^0[xXoObB]|^\d+$/.test(bare);
    return { kind: whole ? 'int' : 'float', value, origin: this.origin };
  }

  private peek(): string {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
    return this.text[this.at] ?? '';
  }

  private take(c: string): boolean {
    if (this.peek() !== c) return false;
    this.at++;
    return true;
  }
}
