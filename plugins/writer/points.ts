/**
 * Writes detected points as a table, as an image of their numbers, and as a picture.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { type FoundPoints, foundPointsOf, MATCHED, type MatchedPoints } from '../../core/image/found-points.js';
import { image, sizeOf, spatialShape } from '../../core/image/image.js';
import { labelColour } from '../../core/image/overlay.js';
import { drawRings, paintIds } from '../../core/image/point-pictures.js';
import type { Sample } from '../../core/image/sample.js';
import { OBJECTS, type ObjectTable, tableRows } from '../../core/instances/object-table.js';
import type { Cell } from '../../core/job/csv.js';
import { writeTable } from '../../core/job/write-table.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { taggedPoints } from './point-associations.js';

export const pointWriter = defineNode({
  id: 'writer/points',
  role: 'writer',
  summary: 'Writes points as CSV and TIFF, and draws them over the image: with annotated ones green, red and blue.',
  inputs: { main: ['points'] },
  output: 'same',
  parameters: Type.Object(
    {
      folder: Type.String({ description: 'Folder for the files; made when missing.' }),
      pictures: Type.Boolean({
        default: true,
        description: 'Draw the points as PNG, in a folder of the same name and _overlays.',
      }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events },
  memory: (_, { shape }) => 8 * sizeOf(shape.slice(0, -1)),
  create:
    ({ folder, pictures }, { files, events }, place) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const found = foundPointsOf(sample, place.name);
          const raw = sample.products.raw ?? sample.image;
          const { columns, rows } = withMeasures(pointTable(found, spatialShape(raw).length), sample);
          await writeTable(path.join(folder, `${sample.id}_points.csv`), columns, rows, events, sample.id);
          if (found.ids.length > 0) {
            const file = path.join(folder, `${sample.id}.tif`);
            const painted = paintIds(spatialShape(raw), found, found.ids);
            await files.write(file, image(painted.data, painted.shape, raw.metadata), { kind: 'labels' });
            events.emit({ type: 'file.written', file, kind: 'points' });
          }
          if (!pictures) return sample;
          const matched = sample.facts[MATCHED] as MatchedPoints | undefined;
          const drawn = async (suffix: string, label: string, points: Parameters<typeof drawRings>[1]) => {
            const file = path.join(`${folder}_overlays`, `${sample.id}${suffix}.png`);
            await files.write(file, drawRings(raw, points));
            events.emit({ type: 'file.written', file, kind: 'picture', sample: sample.id, label });
          };
          await drawn('_raw', 'Image', []);
          if (matched)
            await drawn('', 'Points: green is found, red is missed, blue is too much', taggedPoints(matched));
          else await drawn('', 'Points', coloured(found));
          return sample;
        }),
      ),
});

/** `pred_id, axis-*, probability(, class)`, by number. */
export function pointTable(found: FoundPoints, axes: number): { columns: string[]; rows: Cell[][] } {
  const columns = [
    'pred_id',
    ...Array.from({ length: axes }, (_, axis) => `axis-${axis}`),
    'probability',
    ...(found.classes ? ['class'] : []),
  ];
  const rows = found.ids.map((id, i) => [
    id,
    ...found.coordinates[i],
    found.probabilities[i],
    ...(found.classes ? [found.classes[i]] : []),
  ]);
  return { columns, rows: rows.sort((a, b) => a[0] - b[0]) };
}

/** The measures of the objects that grew from the points, where there are any; empty for a point without one. */
function withMeasures(
  { columns, rows }: { columns: string[]; rows: Cell[][] },
  { facts }: Sample,
): { columns: string[]; rows: Cell[][] } {
  const objects = facts[OBJECTS] as ObjectTable | undefined;
  if (!objects) return { columns, rows };
  const axes = columns.filter((name) => name.startsWith('axis-')).length;
  const table = tableRows(objects, axes, 'all');
  const measured = new Map(table.rows.map(([label, ...cells]) => [label, cells.slice(axes)]));
  const none = new Array<Cell>(table.columns.length - 1 - axes).fill(undefined);
  return {
    columns: [...columns, ...table.columns.slice(1 + axes)],
    rows: rows.map((row) => [...row, ...(measured.get(row[0]) ?? none)]),
  };
}

function coloured({ coordinates, classes }: FoundPoints) {
  return coordinates.map((at, i) => ({ at, colour: labelColour((classes?.[i] ?? 1) + 1) }));
}
