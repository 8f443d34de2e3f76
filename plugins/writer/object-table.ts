/**
 * Writes the measures of objects as tables.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { spatialShape } from '../../core/image/image.js';
import type { Sample } from '../../core/image/sample.js';
import { objectTableOf, tableRows } from '../../core/instances/object-table.js';
import { writeTable } from '../../core/job/write-table.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const objectTableWriter = defineNode({
  id: 'writer/object-table',
  role: 'writer',
  summary: 'Writes the measures of objects as CSV: of all, and of those that were not removed.',
  inputs: { main: ['labels'] },
  output: 'same',
  parameters: Type.Object(
    {
      all: Type.String({ description: 'Folder for NAME_full_stats.csv; made when missing.' }),
      left: Type.Union([Type.Null(), Type.String()], {
        default: null,
        description: 'Folder for NAME_filtered_stats.csv; null for none.',
      }),
    },
    { additionalProperties: false },
  ),
  needs: { events: services.events },
  create:
    ({ all, left }, { events }, place) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const table = objectTableOf(sample, place.name);
          const axes = spatialShape(sample.products.raw ?? sample.image).length;
          const write = async (folder: string, name: string, which: 'all' | 'left') => {
            const { columns, rows } = tableRows(table, axes, which);
            await writeTable(path.join(folder, `${sample.id}_${name}.csv`), columns, rows, events, sample.id);
          };
          await write(all, 'full_stats', 'all');
          if (left !== null) await write(left, 'filtered_stats', 'left');
          return sample;
        }),
      ),
});
