import type { Edit } from '../schema.js';
import { showPlain } from '../value.js';
import type { Check } from './context.js';

/** Edits of the graph whose form the schema cannot tell wrong: names are checked by the graph itself. */
export function checkGraphEdits(c: Check): void {
  for (const phase of ['train', 'test'] as const)
    for (const [i, edit] of (c.config.GRAPH[phase] ?? []).entries()) checkEdit(c, `GRAPH.${phase}.${i}`, edit);
}

function checkEdit(c: Check, key: string, edit: Edit): void {
  if (!('insert' in edit)) return;
  const { after, before } = edit.insert;
  if ((after === undefined) === (before === undefined))
    c.error(
      '',
      [key, 'GRAPH'],
      `Expected either after or before, came ${showPlain(edit)}.`,
      'Write insert: {after: normalizer, node: my-lab/filter}, for example.',
    );
}
