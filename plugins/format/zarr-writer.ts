/**
 * Writing Zarr v2 and v3, and OME-Zarr 0.4 and 0.5 with a pyramid.
 *
 * Each chunk is written aside and renamed, so that none is ever half there. The metadata come last: a container that was
 * not finished is not taken for one. Chunks of zeros only are left out, as the format allows.
 */

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OutputError } from '../../core/errors.js';
import { stridesOf } from '../../core/image/c-order.js';
import { chunksOf } from '../../core/image/chunk-cache.js';
import type { ArrayPlan, ArrayWriter, LabelPlace } from '../../core/image/chunked-array.js';
import { copyRegion } from '../../core/image/copy-region.js';
import { halve } from '../../core/image/halve.js';
import { allocate, bytesPerValue, type PixelArray, sizeOf } from '../../core/image/image.js';
import { outputFailure } from '../../core/job/output-failure.js';
import { writeWhole } from '../../core/job/write-aside.js';
import { isFolder, isMissing, type Json, readJson } from './container-folder.js';
import { multiscalesAttributes } from './ome-zarr.js';
import { pixelsOf } from './wide-numbers.js';
import { type ByteCodec, byteCodec } from './zarr-codec.js';

export interface ZarrOptions {
  version: 2 | 3;
  /** With a pyramid: OME-Zarr 0.4 in version 2, 0.5 in version 3. */
  ome: boolean;
  /** Bytes-to-bytes codec and its settings; default Blosc with LZ4 and byte shuffle. */
  codec?: { name: string; configuration: Json } | null;
}

/** Blosc's fastest: about half the size of raw images, at a few hundred megabytes a second. */
const blosc = (bytes: number) => ({
  name: 'blosc',
  configuration: {
    cname: 'lz4',
    clevel: 5,
    shuffle: bytes > 1 ? 'shuffle' : 'noshuffle',
    typesize: bytes,
    blocksize: 0,
  },
});

/** Levels of a pyramid end when the image is no larger than this along y and x. */
const SMALLEST_LEVEL = 256;

/** @throws OutputError when something else than a container is in the place. */
export async function createZarr(container: string, plan: ArrayPlan, options: ZarrOptions): Promise<ArrayWriter> {
  await clear(container);
  return zarrWriter(container, plan, options);
}

/**
 * A label image beside the image of an OME-Zarr: `labels/<name>`, and its name in the list of labels. The version is that of
 * the container.
 *
 * @param group the group of the image: the container, or a group in it.
 * @throws OutputError when labels of that name are there and `replace` is false.
 */
export async function createLabels(
  group: string,
  { name, replace }: Pick<LabelPlace, 'name' | 'replace'>,
  plan: ArrayPlan,
): Promise<ArrayWriter> {
  const version = (await readJson(path.join(group, 'zarr.json'))) ? 3 : 2;
  const labels = path.join(group, 'labels');
  const folder = path.join(labels, name);
  if (await isFolder(folder)) {
    // Without metadata they were not finished.
    const finished = await readJson(path.join(folder, version === 3 ? 'zarr.json' : '.zgroup'));
    if (finished && !replace)
      throw new OutputError(`${folder}: these labels are there already. Give another name, or set replace.`, {
        where: { file: folder },
      });
    await rm(folder, { recursive: true, force: true });
  }
  const writer = await zarrWriter(folder, { ...plan, kind: 'labels' }, { version, ome: true });
  return {
    plan: writer.plan,
    write: (start, size, data) => writer.write(start, size, data),
    async close() {
      await writer.close();
      await listLabel(labels, name, version);
    },
  };
}

async function listLabel(folder: string, name: string, version: 2 | 3): Promise<void> {
  const file = path.join(folder, version === 3 ? 'zarr.json' : '.zattrs');
  const before = (await readJson(file)) ?? {};
  const holder = version === 3 ? ((before.attributes as Json | undefined)?.ome as Json | undefined) : before;
  const known = Array.isArray(holder?.labels) ? holder.labels.filter((label) => label !== name) : [];
  const labels = [...known, name];
  if (version === 3) await writeGroup(folder, 3, { ome: { version: '0.5', labels } });
  else await writeGroup(folder, 2, { ...before, labels });
}

async function clear(container: string): Promise<void> {
  if (!(await isFolder(container))) {
    if (
      await readFile(container).then(
        () => true,
        () => false,
      )
    )
      throw new OutputError(`${container}: a file is in the place of this Zarr container. Move it away.`, {
        where: { file: container },
      });
    return;
  }
  if (!/\.zarr$/i.test(container))
    throw new OutputError(`${container}: this folder is in the place of a Zarr container. Move it away.`, {
      where: { file: container },
    });
  await rm(container, { recursive: true, force: true });
}

async function zarrWriter(container: string, plan: ArrayPlan, options: ZarrOptions): Promise<ArrayWriter> {
  const full = await ZarrLevel.open(options.ome ? path.join(container, '0') : container, plan, options);
  return {
    plan,
    write: (start, size, data) => full.write(start, size, data),
    async close() {
      await full.finish(options.ome ? {} : spacingAttributes(plan));
      if (options.ome) await writePyramid(container, full, options);
    },
  };
}

function spacingAttributes({ metadata: { spacing, unit } }: ArrayPlan): Json {
  return { ...(spacing && { spacing }), ...(spacing && unit && { unit }) };
}

async function writePyramid(container: string, full: ZarrLevel, options: ZarrOptions): Promise<void> {
  const { axes, kind, metadata } = full.plan;
  const scales = [scaleOf(full.plan)];
  let level = full;
  for (let number = 1; ; number++) {
    const halved = halvedAxes(level.plan, scales[scales.length - 1]);
    if (halved.length === 0) break;
    const shape = level.plan.shape.map((side, axis) => (halved.includes(axis) ? Math.ceil(side / 2) : side));
    const chunk = level.plan.chunk.map((side, axis) => Math.min(side, shape[axis]));
    const next = await ZarrLevel.open(path.join(container, String(number)), { ...level.plan, shape, chunk }, options);
    const zero = shape.map(() => 0);
    for (const position of chunksOf(chunk, zero, shape)) {
      const start = position.map((at, axis) => at * chunk[axis]);
      const size = start.map((at, axis) => Math.min(chunk[axis], shape[axis] - at));
      const factor = (axis: number) => (halved.includes(axis) ? 2 : 1);
      const from = start.map((at, axis) => at * factor(axis));
      const wide = from.map((at, axis) => Math.min(size[axis] * factor(axis), level.plan.shape[axis] - at));
      const part = await level.read(from, wide);
      if (part) await next.write(start, size, halve(part, wide, halved, kind).data);
    }
    await next.finish({});
    scales.push(scales[scales.length - 1].map((scale, axis) => scale * (halved.includes(axis) ? 2 : 1)));
    level = next;
  }
  const version = options.version === 3 ? '0.5' : '0.4';
  const name = path.basename(container).replace(/(\.ome)?\.zarr$/i, '');
  const attributes = multiscalesAttributes(version, { name, axes, unit: metadata.unit, scales });
  const group = (options.version === 3 ? attributes.ome : attributes) as Json;
  if (kind === 'labels') group['image-label'] = { ...(version === '0.4' && { version }), source: { image: '../../' } };
  await writeGroup(container, options.version, attributes);
}

/** Voxel size for every axis; 1 where it is not known. */
function scaleOf({ axes, metadata }: ArrayPlan): number[] {
  const spatial = [...'ZYX'].filter((letter) => axes.includes(letter));
  const spacing = metadata.spacing?.slice(-spatial.length) ?? [];
  return [...axes].map((letter) => {
    const at = spatial.indexOf(letter) - (spatial.length - spacing.length);
    return spatial.includes(letter) ? (spacing[at] ?? 1) : 1;
  });
}

/** y and x, and z unless its voxels are still longer than those of a halved y. */
function halvedAxes({ axes, shape }: ArrayPlan, scale: readonly number[]): number[] {
  const [y, x, z] = ['Y', 'X', 'Z'].map((letter) => axes.indexOf(letter));
  if (Math.max(shape[y], shape[x]) <= SMALLEST_LEVEL) return [];
  const flat = z < 0 || shape[z] < 2 || scale[z] > 1.5 * scale[y];
  return [...(flat ? [] : [z]), y, x].sort((a, b) => a - b);
}

async function writeGroup(folder: string, version: 2 | 3, attributes: Json): Promise<void> {
  if (version === 3)
    return writeWhole(path.join(folder, 'zarr.json'), text({ zarr_format: 3, node_type: 'group', attributes }));
  await writeWhole(path.join(folder, '.zattrs'), text(attributes));
  await writeWhole(path.join(folder, '.zgroup'), text({ zarr_format: 2 }));
}

function text(json: Json): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}

let count = 0;

/** One array in a folder of its own. */
class ZarrLevel {
  /** The last work on a chunk: the next one waits for it. */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #folders = new Set<string>();

  private constructor(
    readonly folder: string,
    readonly plan: ArrayPlan,
    private readonly version: 2 | 3,
    private readonly codecMeta: { name: string; configuration: Json } | null,
    private readonly codec: ByteCodec | undefined,
  ) {}

  static async open(folder: string, plan: ArrayPlan, { version, codec }: ZarrOptions): Promise<ZarrLevel> {
    const meta = codec === undefined ? blosc(bytesPerValue(plan.dtype)) : codec;
    const shape = { dataType: plan.dtype, shape: plan.chunk };
    const configuration: Json = { ...meta?.configuration };
    // numcodecs counts the ways to shuffle, as version 2 of the format does.
    if (meta?.name === 'blosc')
      configuration.shuffle = { noshuffle: 0, shuffle: 1, bitshuffle: 2 }[String(configuration.shuffle)];
    return new ZarrLevel(
      folder,
      plan,
      version,
      meta,
      meta ? await byteCodec(meta.name, configuration, shape) : undefined,
    );
  }

  async write(start: readonly number[], size: readonly number[], data: PixelArray): Promise<void> {
    if (data.length !== sizeOf(size)) throw new RangeError(`${data.length} values do not fill ${size.join('×')}`);
    for (const position of chunksOf(this.plan.chunk, start, size)) await this.#writeChunk(position, start, size, data);
  }

  /** Values of a box; undefined where all of it is zero. */
  async read(start: readonly number[], size: readonly number[]): Promise<PixelArray | undefined> {
    const { chunk, dtype } = this.plan;
    let result: PixelArray | undefined;
    for (const position of chunksOf(chunk, start, size)) {
      const values = await this.#decode(this.#file(position));
      if (!values) continue;
      result ??= allocate(dtype, sizeOf(size));
      const part = this.#overlap(position, start, size);
      copyRegion(
        { data: result, offset: part.inBox, strides: stridesOf(size) },
        { data: values, offset: part.inChunk, strides: stridesOf(chunk) },
        part.counts,
      );
    }
    return result;
  }

  /** Writes the metadata, with which the array is complete. */
  async finish(attributes: Json): Promise<void> {
    await Promise.all(this.#busy.values());
    const { shape, chunk, dtype, axes } = this.plan;
    const names = [...axes].map((letter) => letter.toLowerCase());
    if (this.version === 3) {
      const codecs = [
        { name: 'bytes', configuration: { endian: 'little' } },
        ...(this.codecMeta ? [this.codecMeta] : []),
      ];
      await writeWhole(
        path.join(this.folder, 'zarr.json'),
        text({
          zarr_format: 3,
          node_type: 'array',
          shape,
          data_type: dtype,
          chunk_grid: { name: 'regular', configuration: { chunk_shape: chunk } },
          chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
          fill_value: 0,
          codecs,
          dimension_names: names,
          attributes,
        }),
      );
      return;
    }
    const { name, configuration } = this.codecMeta ?? { name: '', configuration: {} };
    const { typesize: _, ...kept } = configuration;
    const shuffle = { noshuffle: 0, shuffle: 1, bitshuffle: 2 }[String(kept.shuffle)];
    await writeWhole(path.join(this.folder, '.zattrs'), text({ _ARRAY_DIMENSIONS: names, ...attributes }));
    await writeWhole(
      path.join(this.folder, '.zarray'),
      text({
        zarr_format: 2,
        shape,
        chunks: chunk,
        dtype: NUMPY[dtype],
        order: 'C',
        fill_value: 0,
        filters: null,
        dimension_separator: '/',
        compressor: name ? { id: name, ...kept, ...(shuffle !== undefined && { shuffle }) } : null,
      }),
    );
  }

  #file(position: readonly number[]): string {
    return path.join(this.folder, ...(this.version === 3 ? ['c'] : []), ...position.map(String));
  }

  /** What a chunk and a box share. */
  #overlap(position: readonly number[], start: readonly number[], size: readonly number[]) {
    const { chunk, shape } = this.plan;
    const origin = position.map((at, axis) => at * chunk[axis]);
    const first = origin.map((at, axis) => Math.max(at, start[axis]));
    const counts = first.map(
      (at, axis) => Math.min(origin[axis] + chunk[axis], start[axis] + size[axis], shape[axis]) - at,
    );
    const index = (base: readonly number[], strides: readonly number[]) =>
      first.reduce((sum, at, axis) => sum + (at - base[axis]) * strides[axis], 0);
    const whole = counts.every((side, axis) => side === Math.min(chunk[axis], shape[axis] - origin[axis]));
    return { counts, whole, inBox: index(start, stridesOf(size)), inChunk: index(origin, stridesOf(chunk)) };
  }

  async #writeChunk(
    position: readonly number[],
    start: readonly number[],
    size: readonly number[],
    data: PixelArray,
  ): Promise<void> {
    const { chunk, dtype } = this.plan;
    const file = this.#file(position);
    const part = this.#overlap(position, start, size);
    await this.#alone(file, async () => {
      const before = part.whole ? undefined : await this.#decode(file);
      const values = before ?? allocate(dtype, sizeOf(chunk));
      copyRegion(
        { data: values, offset: part.inChunk, strides: stridesOf(chunk) },
        { data, offset: part.inBox, strides: stridesOf(size) },
        part.counts,
      );
      await this.#store(file, values);
    });
  }

  /** Does work on a chunk when all earlier work on it has ended. */
  async #alone(file: string, work: () => Promise<void>): Promise<void> {
    const earlier = this.#busy.get(file) ?? Promise.resolve();
    const mine = earlier.catch(() => {}).then(work);
    this.#busy.set(file, mine);
    try {
      await mine;
    } catch (error) {
      throw outputFailure(file, error);
    } finally {
      if (this.#busy.get(file) === mine) this.#busy.delete(file);
    }
  }

  async #store(file: string, values: PixelArray): Promise<void> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (bytes.every((byte) => byte === 0)) {
      await rm(file, { force: true });
      return;
    }
    const encoded = this.codec ? await this.codec.encode(bytes) : bytes;
    const folder = path.dirname(file);
    if (!this.#folders.has(folder)) {
      await mkdir(folder, { recursive: true });
      this.#folders.add(folder);
    }
    const temporary = path.join(folder, `.${path.basename(file)}-${process.pid}-${count++}`);
    try {
      await writeFile(temporary, encoded);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  }

  async #decode(file: string): Promise<PixelArray | undefined> {
    const bytes = await readFile(file).catch((cause) => {
      if (isMissing(cause)) return undefined;
      throw cause;
    });
    if (!bytes) return undefined;
    const decoded = this.codec ? await this.codec.decode(bytes) : bytes;
    return pixelsOf(decoded, this.plan.dtype);
  }
}

const NUMPY = {
  uint8: '|u1',
  int8: '|i1',
  uint16: '<u2',
  int16: '<i2',
  uint32: '<u4',
  int32: '<i4',
  float32: '<f4',
  float64: '<f8',
} as const;
