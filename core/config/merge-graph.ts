import Schema from 'typebox/value';
import { closest } from './closest.js';
import { decodeBelow } from './decode.js';
import type { Report } from './report.js';
import { EditSchema } from './schema/graph.js';
import type { Config, Edit } from './schema.js';
import { describeKind, type Entry, show, toPlain, type Value } from './value.js';

const phases = ['train', 'test'] as const;
const forms: Record<string, string> = {
  insert: 'insert: {after: normalizer, node: my-lab/filter}',
  replace: 'replace: {node: stitcher, by: my-lab/blend}',
  remove: 'remove: writer',
  set: 'set: {node: writer, with: {format: zarr}}',
};

/** Reads the edits of the graph one by one, so that each wrong one is named and the others are kept. */
export function mergeGraph(entry: Entry, config: Config, report: Report): void {
  if (entry.value.kind !== 'map') {
    const message = `Expected a section (mapping) with train and test, came ${show(entry.value)}.`;
    report.error('R014', 'GRAPH', message, 'Write test: on the next line, and the edits below it.', entry.origin);
    return;
  }
  for (const [name, { value, origin }] of entry.value.entries) {
    const key = `GRAPH.${name}`;
    const phase = phases.find((one) => one === name);
    if (!phase) {
      const meant = closest(name, phases) ?? 'test';
      report.error('R009', key, 'There is no such key.', `Did you mean GRAPH.${meant}?`, origin);
    } else if (value.kind !== 'list') {
      const message = `Expected a list of edits, came ${describeKind(value.kind)}: ${show(value)}.`;
      report.error('R014', key, message, 'Begin each edit with a dash.', origin);
    } else config.GRAPH[phase] = value.items.flatMap((item, i) => editFrom(item, `${key}.${i}`, report));
  }
}

function editFrom(value: Value, key: string, report: Report): Edit[] {
  const plain = toPlain(decodeBelow(value));
  if (Schema.Check(EditSchema, plain)) return [plain];
  const verbs = value.kind === 'map' ? [...value.entries.keys()] : [];
  const verb = verbs.length === 1 ? verbs[0] : '';
  const known = verb in forms;
  const expected = known ? `the form of ${verb}` : 'one of insert, replace, remove or set';
  const meant = forms[known ? verb : (closest(verb, Object.keys(forms)) ?? 'insert')];
  report.error('R014', key, `Expected ${expected}, came ${show(value)}.`, `Write ${meant}, for example.`, value.origin);
  return [];
}
