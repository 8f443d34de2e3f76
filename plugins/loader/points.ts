/**
 * Reads the table of points that belongs to each image, and draws its points as the target of the network.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { defer, tap } from 'rxjs';
import { type Static, Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { boundedSource, deferred } from '../../core/image/deferred.js';
import { ANNOTATED } from '../../core/image/found-points.js';
import { allocate, type Box, type Image, image, sizeOf, spatialShape } from '../../core/image/image.js';
import { listFolder } from '../../core/image/list-folder.js';
import { type Points, readPoints } from '../../core/image/points.js';
import type { Sample, TargetKind } from '../../core/image/sample.js';
import { connectedComponents } from '../../core/nd/connected-components.js';
import { paintPoints, pointFootprint } from '../../core/nd/paint-points.js';
import { defineNode } from '../../core/plugin/define.js';
import { counted } from '../../core/plugin/forecast.js';
import { services } from '../../core/plugin/services.js';

const Parameters = Type.Object(
  {
    folder: Type.String({ description: 'Folder of CSV files with axis-0, axis-1[, axis-2][, class].' }),
    radii: Type.Array(Type.Integer({ minimum: 0 }), {
      minItems: 2,
      maxItems: 3,
      description: 'Radius in pixels, [y, x] or [z, y, x], by which each point is grown.',
    }),
    classes: Type.Integer({
      minimum: 2,
      default: 2,
      description: 'Number of classes, the background included; above 2 the tables need a column class.',
    }),
    check: Type.Boolean({
      default: true,
      description: 'Refuse points that stand twice, and tell of points that touch.',
    }),
  },
  { additionalProperties: false },
);

type PointParameters = Static<typeof Parameters>;

export const pointLoader = defineNode({
  id: 'loader/points',
  role: 'loader',
  summary:
    'Reads the CSV file of points of each image and draws them as masks: a channel of points, and one of classes.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Parameters,
  needs: { events: services.events },
  memory: ({ classes }, { shape }) => sizeOf(shape.slice(0, -1)) * (classes > 2 ? 2 : 1),
  async plan(parameters, { main }, { tell }) {
    const tables = await listTables(parameters.folder);
    let points = 0;
    for (const { file, shape } of main.images) {
      // Of a split the place in the folder is not known here, so only tables of the same name are looked into.
      const table = tables.find((each) => path.parse(each).name === path.parse(file).name);
      if (table) points += (await read(table, shape.slice(0, -1), parameters)).coordinates.length;
    }
    tell({
      value: `${counted(points, 'point')} from ${parameters.folder}`,
      why: `Each is drawn with a radius of ${parameters.radii.join('×')} pixels (PROBLEM.DETECTION.CENTRAL_POINT_DILATION).`,
      facts: { points },
    });
    const channels = parameters.classes > 2 ? 2 : 1;
    const images = main.images.map((each) => ({ ...each, targetShape: [...each.shape.slice(0, -1), channels] }));
    return { ...main, images };
  },
  create:
    (parameters, { events }) =>
    ({ main }) =>
      defer(() => {
        const listing = listTables(parameters.folder);
        listing.catch(() => {});
        let unlike = false;
        const touching: string[] = [];
        return main.pipe(
          mapOrdered(1, async (sample: Sample) => {
            const { table, byName } = tableOf(await listing, sample.file, sample.index, parameters.folder);
            if (!byName && !unlike) {
              unlike = true;
              events.emit({
                type: 'warning',
                message: `${sample.file}: ${parameters.folder} has no CSV file of that name, so ${path.basename(table)}, the one at its place, is taken. Give partners the same name.`,
              });
            }
            const sides = spatialShape(sample.image);
            const points = await read(table, sides, parameters);
            events.emit({ type: 'file.read', file: table, bytes: (await stat(table)).size });
            const target = drawTarget(sample.image, points, parameters);
            if (parameters.check && !target.source) {
              const { count } = connectedComponents(image(firstChannel(target), [...sides, 1]));
              if (count < points.coordinates.length) touching.push(table);
            }
            const kinds: TargetKind[] = parameters.classes > 2 ? ['mask', 'mask'] : ['mask'];
            return {
              ...sample,
              target,
              targetKinds: kinds,
              facts: { ...sample.facts, targetFile: table, [ANNOTATED]: points },
            };
          }),
          tap({
            complete: () => {
              if (touching.length === 0) return;
              events.emit({
                type: 'warning',
                message: `${touching[0]}${touching.length > 1 ? ` and ${touching.length - 1} more tables` : ''}: drawn points touch, so that several are one spot to the network. Make PROBLEM.DETECTION.CENTRAL_POINT_DILATION smaller.`,
              });
            },
          }),
        );
      }),
});

/** @throws DataError for a folder without CSV files. */
async function listTables(folder: string): Promise<string[]> {
  const files = await listFolder(folder);
  const tables = files.filter((file) => file.toLowerCase().endsWith('.csv'));
  if (tables.length > 0) return tables;
  throw new DataError(
    `${folder}: expected a CSV file with the points of each image, found ${path.basename(files[0])}${files.length > 1 ? ` and ${files.length - 1} more files` : ''}. ` +
      'Detection takes tables; for label images use the workflow INSTANCE_SEG.',
    { where: { file: folder } },
  );
}

/** The table of the name of an image, or else the one at its place. @throws DataError where there is none. */
function tableOf(
  tables: readonly string[],
  file: string,
  index: number,
  folder: string,
): { table: string; byName: boolean } {
  const named = tables.find((table) => path.parse(table).name === path.parse(file).name);
  if (named) return { table: named, byName: true };
  if (index < tables.length) return { table: tables[index], byName: false };
  throw new DataError(
    `${file}: ${folder} has no CSV file of that name, and only ${tables.length} in all. Each image needs one; a table with a header alone says that there is no point.`,
    { where: { file } },
  );
}

async function read(
  table: string,
  shape: readonly number[],
  { radii, classes, check }: PointParameters,
): Promise<Points> {
  const ndim = radii.length as 2 | 3;
  const points = await readPoints(table, { ndim, shape, ...(classes > 2 && { classes: classes - 1 }) });
  if (!check) return points;
  const seen = new Set<string>();
  for (const point of points.coordinates) {
    const key = point.join(', ');
    if (seen.has(key))
      throw new DataError(
        `${table}: the point (${key}) stands in it twice. Remove one, or set PROBLEM.DETECTION.CHECK_POINTS_CREATED to False.`,
        { where: { file: table, key: 'PROBLEM.DETECTION.CHECK_POINTS_CREATED' } },
      );
    seen.add(key);
  }
  return points;
}

/**
 * Masks `[[z,] y, x, 1 or 2]`, uint8 (uint16 for more than 255 classes): points as 1, and beside it their classes. Of an
 * image that is read in parts the masks are drawn in parts as well.
 */
export function drawTarget(
  picture: Image,
  points: Points,
  { radii, classes }: Pick<PointParameters, 'radii' | 'classes'>,
): Image {
  const footprint = pointFootprint(radii);
  const channels = classes > 2 ? 2 : 1;
  const dtype = classes > 256 ? 'uint16' : 'uint8';
  const inside = ({ start, size }: Box): Image => {
    const moved = points.coordinates.map((point) => point.map((at, axis) => at - start[axis]));
    const pixels = allocate(dtype, sizeOf(size));
    paintPoints(pixels, size, moved, footprint, (i) => (channels === 2 ? points.classes![i] : 1));
    if (channels === 1) return image(pixels, [...size, 1], picture.metadata);
    const both = allocate(dtype, 2 * pixels.length);
    for (let i = 0; i < pixels.length; i++) {
      both[2 * i] = Number(pixels[i] > 0);
      both[2 * i + 1] = pixels[i];
    }
    return image(both, [...size, 2], picture.metadata);
  };
  const sides = spatialShape(picture);
  if (!picture.source) return inside({ start: sides.map(() => 0), size: sides });
  const { metadata, file } = picture.source;
  return deferred(
    boundedSource({ shape: [...sides, channels], dtype, metadata, file, inside: async (box) => inside(box) }),
  );
}

function firstChannel({ data, shape }: Image): Image['data'] {
  const step = shape[shape.length - 1];
  return step === 1 ? data : Uint8Array.from({ length: data.length / step }, (_, i) => data[i * step]);
}
