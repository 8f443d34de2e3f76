/** Objects with their measures as a table, on its way through a graph among the facts of a sample. */

import { DataError } from '../errors.js';
import type { Sample } from '../image/sample.js';
import type { Cell } from '../job/csv.js';
import type { MeasuredRegion } from '../nd/region-properties.js';
import type { Judgement } from './filter-objects.js';

export interface ObjectTable {
  readonly regions: readonly MeasuredRegion[];
  /** One for each region. */
  readonly judgements: readonly Judgement[];
}

/** Name under which a table lies among the facts. */
export const OBJECTS = 'objectTable';

/**
 * @param node the node that wants it, for the error.
 * @throws DataError where no node before has measured objects.
 */
export function objectTableOf(sample: Sample, node: string): ObjectTable {
  const found = sample.facts[OBJECTS] as ObjectTable | undefined;
  if (found) return found;
  throw new DataError(
    `${sample.file || sample.id}: node '${node}' takes measures of objects, but no node before it has taken any. Put it after postprocessor/measure-objects.`,
    { where: { ...(sample.file && { file: sample.file }), node } },
  );
}

/** Measures whose columns have another name in BiaPy's tables. */
const COLUMNS: Readonly<Record<string, string>> = { surface_area: 'perimeter (surface area)' };

/**
 * `label, axis-0, axis-1(, axis-2)`, the centre of the bounding box, then a column for each measure, `conditions` and
 * `comment` (`Correct` or `Removed`).
 *
 * @param which all objects, or those that were not removed.
 */
export function tableRows(
  { regions, judgements }: ObjectTable,
  axes: number,
  which: 'all' | 'left',
): { columns: string[]; rows: Cell[][] } {
  const measures = [
    ...new Set(regions.flatMap(({ values, texts }) => [...Object.keys(values), ...Object.keys(texts)])),
  ];
  const columns = [
    'label',
    ...Array.from({ length: axes }, (_, axis) => `axis-${axis}`),
    ...measures.map((name) => COLUMNS[name] ?? name),
    'conditions',
    'comment',
  ];
  const rows = regions.flatMap(({ label, centre, values, texts }, i): Cell[][] => {
    const { removed, conditions } = judgements[i];
    if (which === 'left' && removed) return [];
    const cells = measures.map((name) => values[name] ?? texts[name]);
    return [[label, ...centre, ...cells, conditions, removed ? 'Removed' : 'Correct']];
  });
  return { columns, rows };
}
