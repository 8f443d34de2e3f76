import Schema from 'typebox/value';
import { closest } from './closest.js';
import { decode } from './decode.js';
import { configKeys, isSection, type KeyInfo, keyInfo, namesIn, setKey } from './keys.js';
import { readLiteral } from './literal.js';
import { mergeGraph } from './merge-graph.js';
import type { Report } from './report.js';
import type { PythonType } from './schema/key.js';
import type { Config } from './schema.js';
import {
  describeKind,
  type Entry,
  type Mapping,
  type Sequence,
  show,
  showPlain,
  toPlain,
  type Value,
} from './value.js';

/**
 * Lays what the user wrote over the defaults, key by key, with BiaPy's type rules (R006 to R015). A value of the wrong
 * type is reported, and the default stands in for it.
 *
 * Two rules are softer than BiaPy's, whose strictness protects nobody there: a whole number is taken where a number
 * is asked for, and a text between quotes stays a text where one is asked for, whatever it looks like. `10.0` epochs
 * and `1` for true stay errors: they are slips more often than not.
 */
export function mergeOverDefaults(written: Mapping, config: Config, report: Report): void {
  mergeSection(written, '', config, report);
}

function mergeSection(map: Mapping, section: string, config: Config, report: Report): void {
  for (const [name, entry] of map.entries) {
    const key = section === '' ? name : `${section}.${name}`;
    const info = keyInfo(key);
    if (key === 'GRAPH') mergeGraph(entry, config, report);
    else if (info) mergeKey(info, entry, config, report);
    else if (!isSection(key)) unknownKey(section, name, key, entry, report);
    else if (entry.value.kind === 'map') mergeSection(entry.value, key, config, report);
    else {
      const came = entry.value.kind === 'null' ? 'nothing' : `${describeKind(entry.value.kind)}, ${show(entry.value)}`;
      const advice = `Write keys such as ${namesIn(key)[0]} on the next lines, indented, or remove the line.`;
      report.error('R014', key, `Expected a section (mapping), came ${came}.`, advice, entry.origin);
      report.spoil(key);
    }
  }
}

function mergeKey(info: KeyInfo, entry: Entry, config: Config, report: Report): void {
  const value = decode(entry.value, info);
  if (value.kind === 'null' && info.python !== 'none') {
    // BiaPy takes null anywhere. A text is then nothing; anything else could only fail later, so its default is taken.
    if (info.python === 'str') setKey(config, info.key, '');
    else {
      const message = `The key is empty; its default ${showPlain(info.default)} is taken.`;
      report.warn('R013', info.key, message, 'Give a value or remove the line.');
    }
    return;
  }
  const plain = fits(value, info) ? coerce(value, info) : undefined;
  // Whether a name is one of the choices is for the checker, which knows what else may be meant.
  const named = info.choices !== undefined && typeof plain === 'string';
  if (plain !== undefined && (named || Schema.Check(info.schema, plain))) {
    setKey(config, info.key, plain);
    return;
  }
  const wrongKind = !fits(value, info);
  report.error(
    value.kind === 'foreign' ? 'R015' : 'R014',
    info.key,
    wrongKind
      ? `Expected ${expectedWords(info)}, came ${describeKind(value.kind)}${value.kind === 'foreign' ? `, ${value.name}` : `: ${show(value)}`}.`
      : `Expected ${shapeWords(info)}, came ${show(value)}.`,
    wrongKind ? adviceFor(info, value) : `Write it like the default, ${showPlain(info.default)}.`,
    entry.origin,
  );
  report.spoil(info.key);
}

function fits(value: Value, info: KeyInfo): boolean {
  if (value.kind === 'foreign') return false;
  if (info.python === 'none') return value.kind !== 'map';
  return takes(info.python, value.kind) || (info.schema.also !== undefined && takes(info.schema.also, value.kind));
}

function takes(python: PythonType, kind: Value['kind']): boolean {
  if (python === 'float') return kind === 'float' || kind === 'int';
  if (python === 'list' || python === 'tuple') return kind === 'list' || kind === 'tuple';
  if (python === 'dict') return kind === 'map';
  return python === kind;
}

/**
 * The plain value, with the texts that YAML leaves inside a list (R007) read as literals where the key wants numbers:
 * `[1e-4]` is a list of one number and `[(0.9, 0.999)]` a list of one pair.
 */
function coerce(value: Value, info: KeyInfo): unknown {
  const plain = toPlain(value);
  if (Schema.Check(info.schema, plain) || (value.kind !== 'list' && value.kind !== 'tuple')) return plain;
  const whole = value.source === undefined ? undefined : readLiteral(value.source, value.origin);
  const candidates = [whole && toPlain(whole), toPlain(decodeItems(value))];
  return candidates.find((candidate) => candidate !== undefined && Schema.Check(info.schema, candidate)) ?? plain;
}

function decodeItems(value: Sequence): Value {
  const items = value.items.map((item) => {
    if (item.kind === 'list' || item.kind === 'tuple') return decodeItems(item);
    return item.kind === 'str' ? (readLiteral(item.value, item.origin) ?? item) : item;
  });
  return { ...value, items };
}

function expectedWords(info: KeyInfo): string {
  const also = info.schema.also === undefined ? '' : ` or ${describeKind(info.schema.also)}`;
  return `${describeKind(info.python)}${also}`;
}

interface ListSchema {
  items?: { type?: string; items?: { type?: string } };
}

function shapeWords(info: KeyInfo): string {
  const { items } = info.schema as ListSchema;
  const words: Record<string, string> = {
    integer: 'whole numbers',
    number: 'numbers',
    string: 'texts',
    boolean: 'true or false',
    array: `lists of ${{ string: 'texts', integer: 'whole numbers' }[items?.items?.type ?? ''] ?? 'numbers'}`,
    object: 'mappings',
  };
  if (items) return `${describeKind(info.python)} of ${words[items.type ?? ''] ?? 'the elements the key takes'}`;
  return info.python === 'none'
    ? 'a number, a list of numbers where an axis has its own, or null'
    : expectedWords(info);
}

function adviceFor(info: KeyInfo, value: Value): string {
  if (value.kind === 'str' && dashes.test(value.value) && readLiteral(value.value.replace(dashes, '-'), value.origin))
    return 'Type the minus sign anew: this one is a typographic dash.';
  if (info.python === 'str' && value.kind !== 'list' && value.kind !== 'tuple' && value.kind !== 'map')
    return `Put it between quotes: "${value.kind === 'foreign' ? '...' : show(value)}".`;
  if (
    (info.python === 'list' || info.python === 'tuple') &&
    (value.kind === 'str' || value.kind === 'int' || value.kind === 'float' || value.kind === 'bool')
  )
    return `Write it between brackets: [${toPlain(value)}].`;
  if (info.python === 'int' && value.kind === 'float' && Number.isInteger(value.value)) return `Write ${value.value}.`;
  if (info.python === 'bool') return 'Write True or False.';
  return `Write it like the default, ${showPlain(info.default)}.`;
}

function unknownKey(section: string, name: string, key: string, entry: Entry, report: Report): void {
  report.error('R009', key, 'There is no such key.', adviceForUnknown(section, name, key), entry.origin);
  report.spoil(key);
}

function adviceForUnknown(section: string, name: string, key: string): string {
  const successor = successors[key.replace(/^DATA\.(TRAIN|VAL|TEST)\./, 'DATA.*.')];
  if (successor) return successor;
  const places = allNames().filter((other) => other.split('.').at(-1) === name);
  if (places.length > 0 && places.length <= 3) return `Did you mean ${places.join(' or ')}?`;
  const sibling = closest(name, namesIn(section));
  if (sibling) return `Did you mean ${section === '' ? sibling : `${section}.${sibling}`}?`;
  const other = closest(key, allNames());
  return other
    ? `Did you mean ${other}?`
    : `Remove it; ${section || 'the top level'} has ${namesIn(section).slice(0, 6).join(', ')} and others.`;
}

/** Minus signs that word processors and web pages make (R008). */
const dashes = /[\u2010-\u2015\u2212]/;

/** Keys that left without an upgrade, and what says the same today (R076). */
const successors: Record<string, string> = {
  'PROBLEM.INSTANCE_SEG.DATA_CONTOUR_MODE':
    'Give the option mode of channel C in PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS instead.',
  'PROBLEM.INSTANCE_SEG.ERODE_AND_DILATE_FOREGROUND':
    'Write PROBLEM.INSTANCE_SEG.WATERSHED.ERODE_AND_DILATE_GROWTH_MASK instead.',
  'PROBLEM.INSTANCE_SEG.EMBEDSEG.MIN_OBJECT_SIZE':
    'Use the operation remove_small_objects of TEST.POST_PROCESSING.INSTANCE_REFINEMENT instead.',
  'LOSS.IGNORE_VALUES': 'Write LOSS.IGNORE_INDEX with the value instead; -1 means none.',
  'LOSS.VALUE_TO_IGNORE': 'Write LOSS.IGNORE_INDEX instead.',
  'MODEL.HRNET2X_20': 'Write MODEL.HRNET with VARIANT: custom instead.',
  'DATA.*.INSTANCE_CHANNELS_DIR': 'Remove it; the folder is derived from GT_PATH and the channels.',
};

let names: string[] | undefined;
function allNames(): string[] {
  names ??= configKeys().map((info) => info.key);
  return names;
}
