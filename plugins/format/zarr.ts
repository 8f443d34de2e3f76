/**
 * Reading Zarr v2 and v3 and OME-Zarr 0.4 and 0.5 (through zarrita), and writing them (`zarr-writer.ts`).
 */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { OutputError } from '../../core/errors.js';
import type { ChunkedArray } from '../../core/image/chunked-array.js';
import type { ImageMetadata } from '../../core/image/image.js';
import { defineContainer } from '../../core/plugin/define.js';
import { axisLetters, spacingOf } from './container-attributes.js';
import {
  damaged,
  innerPath,
  inside,
  isFolder,
  type Json,
  MOST_DEPTH,
  readJson,
  subfolders,
} from './container-folder.js';
import { readMultiscales } from './ome-zarr.js';
import { pixelType } from './wide-numbers.js';
import { type ZarrChunks, zarrChunks, zarrReading } from './zarr-chunks.js';
import { parseZarr, type ZarrHeader } from './zarr-metadata.js';
import { createLabels, createZarr } from './zarr-writer.js';

export const zarr = defineContainer({
  id: 'zarr',
  extensions: ['.ome.zarr', '.zarr'],
  detects: async (folder, head) =>
    head === undefined &&
    ((await has(folder, 'zarr.json')) ||
      (await has(folder, '.zarray')) ||
      (await has(folder, '.zgroup')) ||
      /\.zarr$/i.test(folder)),
  open: (container, { array }) => openZarr(container, array),
  create: (container, plan) => createZarr(container, plan, { version: 3, ome: /\.ome\.zarr$/i.test(container) }),
  async createLabels(container, place, plan) {
    const group = inside(container, innerPath(container, place.array));
    const node = await readNode(group, '');
    if (node?.kind !== 'group' || !readMultiscales(node.attributes, group))
      throw new OutputError(
        `${group}: this is no OME-Zarr image, so labels have no place beside it. Write them elsewhere.`,
        {
          where: { file: group },
        },
      );
    return createLabels(group, place, plan);
  },
});

async function has(folder: string, name: string): Promise<boolean> {
  return access(path.join(folder, name)).then(
    () => true,
    () => false,
  );
}

/** A node of a Zarr hierarchy. */
interface Node {
  kind: 'array' | 'group';
  version: 2 | 3;
  json: Json;
  attributes: Json;
}

async function readNode(container: string, inner: string): Promise<Node | undefined> {
  const folder = inside(container, inner);
  const third = await readJson(path.join(folder, 'zarr.json'));
  if (third) {
    const kind = third.node_type;
    if (third.zarr_format !== 3 || (kind !== 'array' && kind !== 'group'))
      throw damaged(path.join(folder, 'zarr.json'), "expected zarr_format 3 and node_type 'array' or 'group'");
    const attributes = typeof third.attributes === 'object' && third.attributes !== null ? third.attributes : {};
    return { kind, version: 3, json: third, attributes: attributes as Json };
  }
  const array = await readJson(path.join(folder, '.zarray'));
  const json = array ?? (await readJson(path.join(folder, '.zgroup')));
  if (!json) return undefined;
  const attributes = (await readJson(path.join(folder, '.zattrs'))) ?? {};
  return { kind: array ? 'array' : 'group', version: 2, json, attributes };
}

/** Opens an array of a container; see {@link ContainerFormat.open}. */
export async function openZarr(container: string, wanted?: string): Promise<ChunkedArray> {
  if (!(await isFolder(container))) throw damaged(container, 'expected the folder of a Zarr container');
  const start = wanted ? innerPath(container, wanted) : '';
  const found = await findArray(container, start, 0);
  if (!found)
    throw damaged(
      inside(container, start),
      (await readNode(container, start))
        ? 'the Zarr group holds no array'
        : 'there is no Zarr array or group (no zarr.json, .zarray or .zgroup)',
    );
  const { inner, node, axes, metadata } = found;
  const file = inside(container, inner);
  const metadataFile = path.join(file, node.version === 3 ? 'zarr.json' : '.zarray');
  const header = parseZarr(node.json, metadataFile);
  const known = axes ?? axisLetters(header.dimensionNames ?? node.attributes._ARRAY_DIMENSIONS);
  const told = known?.length === header.shape.length ? known : undefined;
  return openHeader(file, metadataFile, node, header, told, { ...spacingOf(node.attributes), ...metadata });
}

interface Found {
  inner: string;
  node: Node;
  axes?: string;
  metadata?: ImageMetadata;
}

/** The array at a path, or the first below it; of a pyramid the level of full resolution. */
async function findArray(container: string, inner: string, depth: number): Promise<Found | undefined> {
  const node = await readNode(container, inner);
  if (node?.kind === 'array') return { inner, node, ...(await levelOf(container, inner, node.version)) };
  const ome = node && readMultiscales(node.attributes, inside(container, inner));
  if (ome) {
    const [level] = ome.levels;
    const at = [inner, level.path].filter((part) => part !== '').join('/');
    const array = await readNode(container, innerPath(container, `/${at}`));
    if (array?.kind !== 'array')
      throw damaged(inside(container, at), 'the multiscales metadata name this array, but it is not there');
    return { inner: at, node: array, axes: ome.axes, metadata: level.metadata };
  }
  if (depth >= MOST_DEPTH || (!node && depth > 0)) return undefined;
  for (const name of await subfolders(inside(container, inner)).catch(() => [])) {
    if (depth === 0 && name === 'labels' && inner === '') continue;
    const found = await findArray(container, inner === '' ? name : `${inner}/${name}`, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** Axes and voxel size of an array that is a level of a pyramid of its parent. */
async function levelOf(container: string, inner: string, version: 2 | 3): Promise<Partial<Found>> {
  const cut = inner.lastIndexOf('/');
  const name = inner.slice(cut + 1);
  if (name === '') return {};
  const parent = await readNode(container, cut < 0 ? '' : inner.slice(0, cut));
  if (parent?.kind !== 'group' || parent.version !== version) return {};
  const ome = readMultiscales(parent.attributes, inside(container, inner));
  const level = ome?.levels.find(({ path: at }) => at === name);
  return ome && level ? { axes: ome.axes, metadata: level.metadata } : {};
}

async function openHeader(
  folder: string,
  file: string,
  node: Node,
  header: ZarrHeader,
  axes: string | undefined,
  metadata: ImageMetadata,
): Promise<ChunkedArray> {
  const input: ZarrChunks = { folder, file, json: node.json };
  return {
    file: folder,
    shape: header.shape,
    chunk: header.chunk,
    dtype: pixelType(header.type),
    ...(axes && { axes }),
    metadata,
    attributes: node.attributes,
    fill: header.fill,
    readChunk: await zarrChunks(input),
    reading: zarrReading(input),
    close: async () => {},
  };
}
