/**
 * Writes the class of every image into one table (`predictions.csv`).
 */
import path from 'node:path';
import { concat, defer, ignoreElements, tap } from 'rxjs';
import { Type } from 'typebox';
import { productOf } from '../../core/image/sample.js';
import { formatCsv } from '../../core/job/csv.js';
import { writeWhole } from '../../core/job/write-aside.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const classTable = defineNode({
  id: 'writer/class-table',
  role: 'writer',
  summary: 'Writes file names and predicted class ids into a table.',
  inputs: { main: ['classes'] },
  output: 'same',
  parameters: Type.Object(
    { file: Type.String({ description: 'CSV file with the columns filename and class.' }) },
    { additionalProperties: false },
  ),
  needs: { events: services.events },
  create:
    ({ file }, { events }, place) =>
    ({ main }) =>
      defer(() => {
        const rows: [string, number][] = [];
        const collected = main.pipe(
          tap((sample) => {
            const name = sample.file ? path.basename(sample.file) : sample.id;
            rows.push([name, productOf(sample, 'classes', place.name).data[0]]);
          }),
        );
        const write = async () => {
          await writeWhole(file, formatCsv([['filename', 'class'], ...rows]));
          events.emit({ type: 'file.written', file, kind: 'table' });
        };
        return concat(collected, defer(write).pipe(ignoreElements()));
      }),
});
