/** Tables of results. */
import { type Cell, formatCsv } from './csv.js';
import type { EventBus } from './events.js';
import { writeWhole } from './write-aside.js';

/** Writes a CSV file with a row of names, and tells of it. */
export async function writeTable(
  file: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  events: Pick<EventBus, 'emit'>,
  sample?: string,
): Promise<void> {
  await writeWhole(file, formatCsv([columns, ...rows]));
  events.emit({ type: 'file.written', file, kind: 'table', ...(sample !== undefined && { sample }) });
}
