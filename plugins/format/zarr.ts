/**
 * Reading Zarr v2 and v3 and OME-Zarr 0.4 and 0.5 (through zarrita), and writing them (`zarr-writer.ts`).
 */
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import FileSystemStore from '@zarrita/storage/fs';
import { open, root } from 'zarrita';
import { AbortedError, BiagraphError } from '../../core/errors.js';
import type { Chunk, ChunkedArray } from '../../core/image/chunked-array.js';
import type { ImageMetadata } from '../../core/image/image.js';
import { defineContainer } from '../../core/plugin/define.js';
import { axisLetters, spacingOf } from './container-attributes.js';
import {
  damaged,
  innerPath,
  inside,
  isFolder,
  isMissing,
  type Json,
  MOST_DEPTH,
  readJson,
  reasonOf,
  subfolders,
} from './container-folder.js';
import { readMultiscales } from './ome-zarr.js';
import { pixelsOf, pixelType, storedBytes } from './wide-numbers.js';
import { prepareCodecs } from './zarr-codec.js';
import { parseZarr, type ZarrHeader } from './zarr-metadata.js';
import { createZarr } from './zarr-writer.js';

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
  const header = parseZarr(node.json, path.join(file, node.version === 3 ? 'zarr.json' : '.zarray'));
  const known = axes ?? axisLetters(header.dimensionNames ?? node.attributes._ARRAY_DIMENSIONS);
  const told = known?.length === header.shape.length ? known : undefined;
  return openHeader(file, header, node.attributes, told, { ...spacingOf(node.attributes), ...metadata });
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

/** Values that a stored byte can stand for at most; more is a lie (Zstandard runs give 32768). */
const MOST_EXPANSION = 40_000;

async function openHeader(
  file: string,
  header: ZarrHeader,
  attributes: Json,
  axes: string | undefined,
  metadata: ImageMetadata,
): Promise<ChunkedArray> {
  prepareCodecs();
  const location = root(new CheckedStore(file, header));
  const array = await (header.version === 3
    ? open.v3(location, { kind: 'array' })
    : open.v2(location, { kind: 'array' })
  ).catch((cause) => {
    throw damaged(file, `the array cannot be opened (${reasonOf(cause)})`, cause);
  });
  const values = header.chunk.reduce((product, side) => product * side, 1);
  return {
    file,
    shape: header.shape,
    chunk: header.chunk,
    dtype: pixelType(header.type),
    ...(axes && { axes }),
    metadata,
    attributes,
    fill: header.fill,
    async readChunk(position, signal): Promise<Chunk | undefined> {
      if (signal?.aborted) throw new AbortedError();
      const name = header.key(position);
      try {
        const { data, stride } = await array.getChunk([...position]);
        const { buffer, byteOffset, byteLength } = data as Uint8Array;
        if (byteLength !== values * storedBytes(header.type))
          throw new Error(`it holds ${byteLength} bytes, expected ${values * storedBytes(header.type)}`);
        return { data: pixelsOf(new Uint8Array(buffer, byteOffset, byteLength), header.type), strides: stride };
      } catch (cause) {
        if (cause instanceof BiagraphError) throw cause;
        if (cause instanceof NotStored) return undefined;
        throw damaged(file, `chunk ${name} cannot be read (${reasonOf(cause)})`, cause);
      }
    },
    close: async () => {},
  };
}

/** A chunk that is not there, for which zarrita would make one of fill values. */
class NotStored extends Error {}

/** The files of one array, with the checked metadata in place of those on the disk, and no short reads. */
class CheckedStore extends FileSystemStore {
  constructor(
    private readonly folder: string,
    private readonly header: ZarrHeader,
  ) {
    super(folder);
  }

  override async get(key: `/${string}`): Promise<Buffer | undefined> {
    if (key === '/zarr.json' || key === '/.zarray') return Buffer.from(JSON.stringify(this.header.json));
    if (key === '/.zattrs') return Buffer.from('{}');
    const { chunk, type, sharded } = this.header;
    let stored: Buffer;
    try {
      stored = await readFile(path.join(this.folder, key));
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
      if (sharded) return undefined;
      throw new NotStored();
    }
    const bytes = chunk.reduce((product, side) => product * side, storedBytes(type));
    if (!sharded && (stored.length === 0 || bytes / stored.length > MOST_EXPANSION))
      throw new Error(`its file has ${stored.length} bytes for ${bytes}`);
    return stored;
  }

  override async getRange(
    key: `/${string}`,
    range: { suffixLength: number } | { offset: number; length: number },
  ): Promise<Uint8Array | undefined> {
    const size = await stat(path.join(this.folder, key)).then(
      (found) => found.size,
      (cause) => {
        if (isMissing(cause)) return undefined;
        throw cause;
      },
    );
    if (size === undefined) return undefined;
    const end = 'suffixLength' in range ? range.suffixLength : range.offset + range.length;
    if (end > size) throw new Error(`its shard has ${size} bytes, but ${end} are asked for`);
    return super.getRange(key, range);
  }
}
