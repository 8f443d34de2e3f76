/**
 * Writes which detected point was paired with which annotated one.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { MATCHED, type MatchedPoints } from '../../core/image/found-points.js';
import { type Image, image, sizeOf, spatialShape } from '../../core/image/image.js';
import { paintIds, paintTags, type TaggedPoint } from '../../core/image/point-pictures.js';
import type { Sample } from '../../core/image/sample.js';
import type { Cell } from '../../core/job/csv.js';
import { writeTable } from '../../core/job/write-table.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const pointAssociationWriter = defineNode({
  id: 'writer/point-associations',
  role: 'writer',
  summary:
    'Writes the pairs of annotated and detected points, the points that are too many, and all of them in colours.',
  inputs: { main: ['points'] },
  output: 'same',
  parameters: Type.Object(
    {
      folder: Type.String({ description: 'Folder for the files; made when missing.' }),
      suffix: Type.String({ default: '', description: 'Put behind the name of the image.' }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events },
  memory: (_, { shape }) => 8 * sizeOf(shape.slice(0, -1)),
  create:
    ({ folder, suffix }, { files, events }) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const matched = sample.facts[MATCHED] as MatchedPoints | undefined;
          if (!matched) return sample;
          const raw = sample.products.raw ?? sample.image;
          const sides = spatialShape(raw);
          const name = `${sample.id}${suffix}`;
          for (const [file, { columns, rows }] of Object.entries(associationTables(matched, sides.length)))
            await writeTable(path.join(folder, `${name}_${file}.csv`), columns, rows, events, sample.id);
          const write = async (file: string, picture: Image, kind: 'labels' | 'image') => {
            await files.write(file, image(picture.data, picture.shape, raw.metadata), { kind });
            events.emit({ type: 'file.written', file, kind: 'points' });
          };
          const { annotated } = matched;
          const numbers = annotated.coordinates.map((_, i) => i + 1);
          await write(path.join(folder, `${name}_gt_ids.tif`), paintIds(sides, annotated, numbers), 'labels');
          await write(path.join(folder, `${name}.tif`), paintTags(sides, taggedPoints(matched)), 'image');
          return sample;
        }),
      ),
});

/** Annotated points as hits and misses, and detected ones that are too many; NC for what does not count. */
export function taggedPoints(matched: MatchedPoints): TaggedPoint[] {
  const { found, annotated, pairs, countedFound, countedAnnotated } = matched;
  const [hits, met] = [new Set(pairs.map(({ wanted }) => wanted)), new Set(pairs.map(({ predicted }) => predicted))];
  const [inFound, inAnnotated] = [new Set(countedFound), new Set(countedAnnotated)];
  return [
    ...annotated.coordinates.map((at, i): TaggedPoint => {
      return { at, tag: !inAnnotated.has(i) ? 'NC' : hits.has(i) ? 'TP' : 'FN' };
    }),
    ...found.coordinates.flatMap((at, i): TaggedPoint[] =>
      met.has(i) ? [] : [{ at, tag: inFound.has(i) ? 'FP' : 'NC' }],
    ),
  ];
}

interface Table {
  columns: string[];
  rows: Cell[][];
}

/** `gt_assoc`: each annotated point with the detected one, if any. `fp`: detected points that are too many. */
export function associationTables(matched: MatchedPoints, axes: number): { gt_assoc: Table; fp: Table } {
  const { found, annotated, pairs, countedFound, countedAnnotated } = matched;
  const partner = new Map(pairs.map((pair) => [pair.wanted, pair]));
  const met = new Set(pairs.map(({ predicted }) => predicted));
  const [inFound, inAnnotated] = [new Set(countedFound), new Set(countedAnnotated)];
  const along = (prefix: string) => Array.from({ length: axes }, (_, axis) => `${prefix}axis-${axis}`);
  const classed = found.classes && annotated.classes;
  return {
    gt_assoc: {
      columns: [
        ...['gt_id', 'pred_id', 'distance', 'tag', ...along('')],
        ...along('pred_'),
        ...(classed ? ['gt_class', 'pred_class'] : []),
      ],
      rows: annotated.coordinates.map((at, i) => {
        const pair = partner.get(i);
        const tag = !inAnnotated.has(i) ? 'NC' : pair ? 'TP' : 'FN';
        return [
          ...[i + 1, pair && found.ids[pair.predicted], pair?.distance, tag, ...at],
          ...(pair ? found.coordinates[pair.predicted] : at.map(() => undefined)),
          ...(classed ? [annotated.classes![i], pair && found.classes![pair.predicted]] : []),
        ];
      }),
    },
    fp: {
      columns: ['pred_id', 'tag', ...along(''), 'probability', ...(found.classes ? ['class'] : [])],
      rows: found.coordinates.flatMap((at, i) =>
        met.has(i)
          ? []
          : [
              [
                ...[found.ids[i], inFound.has(i) ? 'FP' : 'NC', ...at, found.probabilities[i]],
                ...(found.classes ? [found.classes[i]] : []),
              ],
            ],
      ),
    },
  };
}
