/**
 * Writes which predicted object was paired with which annotated one, at each threshold.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { image, sizeOf } from '../../core/image/image.js';
import { paintMatches } from '../../core/image/object-pictures.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { type MatchedObjects, matchedObjectsOf, tagObjects } from '../../core/instances/matched-objects.js';
import type { Cell } from '../../core/job/csv.js';
import { writeTable } from '../../core/job/write-table.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const objectAssociationWriter = defineNode({
  id: 'writer/object-associations',
  role: 'writer',
  summary:
    'Writes the pairs of annotated and predicted objects, those that are too many, and, where wanted, all in colours.',
  inputs: { main: ['labels'] },
  output: 'same',
  parameters: Type.Object(
    {
      folder: Type.String({ description: 'Folder for the files; made when missing.' }),
      suffix: Type.String({ default: '', description: 'Put behind the name of the image.' }),
      coloured: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
        default: [],
        description: 'Thresholds whose objects are painted: found ones green, missed ones red, others blue.',
      }),
      product: Type.String({ default: 'labels', description: 'Predicted objects, to paint.' }),
      truth: Type.String({ default: 'truth', description: 'Annotated objects; the target where there are none.' }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events },
  memory: ({ coloured }, { shape }) => (coloured.length > 0 ? 3 * sizeOf(shape.slice(0, -1)) : 0),
  create:
    ({ folder, suffix, coloured, product, truth }, { files, events }, place) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const matched = matchedObjectsOf(sample);
          const wanted = sample.products[truth] ?? sample.target;
          if (!matched || !wanted) return sample;
          const name = (threshold: number) => path.join(folder, `${sample.id}${suffix}_th_${threshold}`);
          for (const threshold of matched.pairs.keys())
            for (const [kind, { columns, rows }] of Object.entries(associationTables(matched, threshold)))
              await writeTable(`${name(threshold)}_${kind}.csv`, columns, rows, events, sample.id);
          for (const threshold of coloured) {
            const painted = paintMatches(
              wanted,
              productOf(sample, product, place.name),
              tagObjects(matched, threshold),
            );
            const { metadata } = sample.products.raw ?? sample.image;
            const file = `${name(threshold)}.tif`;
            await files.write(file, image(painted.data, painted.shape, metadata), { kind: 'image' });
            events.emit({ type: 'file.written', file, kind: 'objects' });
          }
          return sample;
        }),
      ),
});

interface Table {
  columns: string[];
  rows: Cell[][];
}

/** `gt_assoc`: each annotated object with the predicted one, if any. `fp`: predicted objects that are too many. */
export function associationTables(matched: MatchedObjects, threshold: number): { gt_assoc: Table; fp: Table } {
  const { truth, prediction } = matched.overlaps;
  const { hits, right } = tagObjects(matched, threshold);
  return {
    gt_assoc: {
      columns: ['gt_id', 'pred_id', 'iou', 'tag'],
      rows: truth.ids.map((id) => {
        const hit = hits.get(id);
        return [id, hit?.prediction, hit?.iou, hit ? 'TP' : 'FN'];
      }),
    },
    fp: {
      columns: ['pred_id', 'tag'],
      rows: prediction.ids.filter((id) => !right.has(id)).map((id) => [id, 'FP']),
    },
  };
}
