import {
  COLLECTION_STYLE,
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAML11_SCHEMA,
  YAMLException,
} from 'js-yaml';
import { ConfigError, type Problem } from '../errors.js';
import type { SourceText } from './source.js';
import type { Entry, Mapping, Origin, Value } from './value.js';

/** Values after aliases are followed. A real file has a few hundred; ten short lines of aliases can ask for billions. */
const maxValues = 50_000;

/** The document's value, and warnings about keys written twice. */
export interface Document {
  readonly value: Value;
  readonly problems: Problem[];
}

/**
 * Reads YAML 1.1, the dialect that Python reads, keeping the place of every key and value.
 *
 * @throws ConfigError that names the position, for text that is not one YAML document (R003).
 */
export function readYaml(source: SourceText): Document {
  try {
    const reader = new EventReader(source, parseEvents(source.text, { filename: source.file, maxDepth: 60 }));
    return { value: reader.document(), problems: reader.problems };
  } catch (error) {
    if (error instanceof YAMLException) {
      const origin = error.mark ? source.origin(error.mark.position) : { file: source.file };
      throw syntaxError(`This is not valid YAML: ${error.reason}.`, origin, yamlAdvice(error.reason));
    }
    throw error;
  }
}

function syntaxError(message: string, origin: Origin, advice: string): ConfigError {
  return new ConfigError([{ severity: 'error', ...origin, message, advice, rule: 'R003' }]);
}

function yamlAdvice(reason: string): string {
  if (/deficient indentation/.test(reason)) return 'A quote that was opened before this line may be left open.';
  if (/indent/.test(reason)) return 'Indent all keys of one section by the same number of spaces.';
  return 'Look at this line and the one before it: a colon, a quote or a bracket may be missing.';
}

/** Walks the parser's events. Collections need no end position but for flow lists, whose text is kept. */
class EventReader {
  readonly problems: Problem[] = [];
  private next = 0;
  private count = 0;
  private readonly anchors = new Map<string, { value: Value; values: number }>();

  constructor(
    private readonly source: SourceText,
    private readonly events: Event[],
  ) {}

  document(): Value {
    const documents = this.events.filter((event) => event.type === EVENT_ID.DOCUMENT).length;
    const file = { file: this.source.file };
    if (documents > 1)
      throw syntaxError('The file holds more than one YAML document.', file, 'Keep one and remove the line "---".');
    this.next = 1;
    if (documents === 0 || this.events[this.next]?.type === EVENT_ID.POP) return { kind: 'null', origin: file };
    return this.value(this.source.origin(0));
  }

  /** @param fallback place of an empty value, which has no text of its own */
  private value(fallback: Origin): Value {
    const event = this.events[this.next++];
    if (event.type === EVENT_ID.ALIAS) return this.alias(this.name(event), this.source.origin(event.anchorStart - 1));
    const before = this.count;
    const value = this.fresh(event, fallback);
    if ('anchorStart' in event && event.anchorStart >= 0)
      this.anchors.set(this.name(event), { value, values: this.count - before });
    return value;
  }

  private fresh(event: Event, fallback: Origin): Value {
    this.charge(1, fallback);
    if (event.type === EVENT_ID.SCALAR) return this.scalar(event, fallback);
    if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING) {
      const origin = this.source.origin(event.start);
      const tag = this.tag(event);
      const value =
        event.type === EVENT_ID.SEQUENCE
          ? this.sequence(event.start, event.style === COLLECTION_STYLE.FLOW, origin)
          : this.mapping(event.style === COLLECTION_STYLE.FLOW, origin);
      return tag === '' || tag === '!!seq' || tag === '!!map' ? value : { kind: 'foreign', name: tag, origin };
    }
    throw syntaxError('The document ends early.', fallback, 'Check the last lines.');
  }

  private alias(name: string, origin: Origin): Value {
    const anchored = this.anchors.get(name);
    if (!anchored)
      throw syntaxError(`There is no anchor &${name} before this.`, origin, `Write &${name} at the value meant.`);
    this.charge(anchored.values, origin);
    return anchored.value;
  }

  private charge(values: number, origin: Origin): void {
    this.count += values;
    if (this.count > maxValues)
      throw syntaxError(`The file stands for more than ${maxValues} values.`, origin, 'Use fewer aliases (*name).');
  }

  private sequence(start: number, flow: boolean, origin: Origin): Value {
    const items: Value[] = [];
    while (this.events[this.next].type !== EVENT_ID.POP) items.push(this.value(origin));
    this.next++;
    return { kind: 'list', items, origin, ...(flow && { source: bracketed(this.source.text, start) }) };
  }

  private mapping(flow: boolean, origin: Origin): Mapping {
    const entries = new Map<string, Entry>();
    const merged: Value[] = [];
    while (this.events[this.next].type !== EVENT_ID.POP) {
      const key = this.events[this.next++];
      if (key.type !== EVENT_ID.SCALAR)
        throw syntaxError(
          'A key is not a plain text.',
          this.placeOf(key, origin),
          'Write keys as words, such as TRAIN.',
        );
      const name = getScalarValue(this.source.text, key);
      const keyOrigin = key.valueStart >= 0 ? this.source.origin(key.valueStart) : origin;
      const value = (flow && this.splitTuple(keyOrigin)) || this.value(keyOrigin);
      if (name === '<<' && key.style === SCALAR_STYLE.PLAIN) merged.push(value);
      else this.add(entries, name, { origin: keyOrigin, value });
    }
    this.next++;
    for (const value of merged) mergeInto(entries, value);
    return { kind: 'map', entries, origin };
  }

  /**
   * A tuple inside `{}`, which YAML tears apart at its commas: `{PATCH_SIZE: (64, 64, 1)}` is one key to whoever wrote
   * it. The pieces that YAML takes for further keys are skipped.
   */
  private splitTuple(fallback: Origin): Value | undefined {
    const event = this.events[this.next];
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN || event.valueStart < 0) return undefined;
    const { text } = this.source;
    const first = text.slice(event.valueStart, event.valueEnd);
    const end = text.indexOf(')', event.valueEnd);
    if (!first.startsWith('(') || first.includes(')') || end < 0) return undefined;
    const value = text.slice(event.valueStart, end + 1);
    if (!/^\([^(){}[\]:#'"]*\)$/.test(value)) return undefined;
    this.charge(1, fallback);
    this.next++;
    for (;;) {
      const piece = this.events[this.next];
      if (piece.type !== EVENT_ID.SCALAR || piece.valueStart < 0 || piece.valueStart > end) break;
      this.next += 2;
    }
    return { kind: 'str', value, quoted: false, origin: this.source.origin(event.valueStart) };
  }

  private add(entries: Map<string, Entry>, name: string, entry: Entry): void {
    const earlier = entries.get(name);
    if (earlier)
      this.problems.push({
        severity: 'warning',
        ...entry.origin,
        key: name,
        message: `The key stands here a second time; all that line ${earlier.origin.line} says is dropped.`,
        advice: 'Keep one of the two, with everything that belongs below it.',
        rule: 'R004',
      });
    entries.delete(name);
    entries.set(name, entry);
  }

  private scalar(event: ScalarEvent, fallback: Origin): Value {
    const origin = event.valueStart >= 0 ? this.source.origin(event.valueStart) : fallback;
    const text = getScalarValue(this.source.text, event);
    const quoted = event.style !== SCALAR_STYLE.PLAIN;
    const tag = this.tag(event);
    // Python's YAML 1.1 leaves the one-letter booleans of the standard as texts; they are channel and axis names.
    if (tag === '' && (quoted || /^[yYnN]$/.test(text))) return { kind: 'str', value: text, quoted, origin };
    const document: Event = { type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: [] };
    const scalar = { ...event, anchorStart: -1, anchorEnd: -1 };
    const [value] = constructFromEvents([document, scalar, { type: EVENT_ID.POP }], {
      source: this.source.text,
      schema: YAML11_SCHEMA,
      filename: this.source.file,
    });
    if (value === null) return { kind: 'null', origin };
    if (typeof value === 'boolean') return { kind: 'bool', value, origin };
    if (typeof value === 'string') return { kind: 'str', value, quoted, origin };
    if (typeof value === 'number') {
      const whole = Number.isInteger(value) && !text.includes('.') && tag !== '!!float';
      return { kind: whole ? 'int' : 'float', value, origin };
    }
    return {
      kind: 'foreign',
      name: value instanceof Date ? `a date (${text})` : `a ${tag || 'special'} value`,
      origin,
    };
  }

  private placeOf(event: Event, fallback: Origin): Origin {
    return 'start' in event ? this.source.origin(event.start) : fallback;
  }

  private name(event: { anchorStart: number; anchorEnd: number }): string {
    return this.source.text.slice(event.anchorStart, event.anchorEnd);
  }

  private tag(event: { tagStart: number; tagEnd: number }): string {
    return event.tagStart < 0 ? '' : this.source.text.slice(event.tagStart, event.tagEnd);
  }
}

/** YAML's merge key: what the other mapping says and this one does not. */
function mergeInto(entries: Map<string, Entry>, value: Value): void {
  if (value.kind === 'list') for (const item of value.items) mergeInto(entries, item);
  else if (value.kind !== 'map')
    throw syntaxError('A merge key << needs a mapping.', value.origin, 'Write << with an alias of a mapping.');
  else for (const [name, entry] of value.entries) if (!entries.has(name)) entries.set(name, { ...entry });
}

/** Text of a flow list from its bracket to the matching one. */
function bracketed(text: string, start: number): string {
  let depth = 0;
  let quote = '';
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === "'" || c === '"') quote = c;
    else if (c === '[') depth++;
    else if (c === ']' && --depth === 0) return text.slice(start, i + 1);
  }
  return '';
}
