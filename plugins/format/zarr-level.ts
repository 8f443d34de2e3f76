/**
 * One array of a Zarr container that is being written, v2 or v3.
 *
 * Each chunk is written aside and renamed, so that none is ever half there. The metadata come last: a container that was
 * not finished is not taken for one. Chunks of zeros only are left out, as the format allows.
 */

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stridesOf } from '../../core/image/c-order.js';
import { chunksOf } from '../../core/image/chunk-cache.js';
import type { ArrayPlan } from '../../core/image/chunked-array.js';
import { copyRegion } from '../../core/image/copy-region.js';
import { allocate, bytesPerValue, type PixelArray, sizeOf } from '../../core/image/image.js';
import { outputFailure } from '../../core/job/output-failure.js';
import { writeWhole } from '../../core/job/write-aside.js';
import { isMissing, type Json } from './container-folder.js';
import { NUMPY_TYPES } from './stored-number.js';
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

let count = 0;

/** One array in a folder of its own. */
export class ZarrLevel {
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
        dtype: NUMPY_TYPES[dtype],
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

/** Attributes of a group of arrays. */
export async function writeGroup(folder: string, version: 2 | 3, attributes: Json): Promise<void> {
  if (version === 3)
    return writeWhole(path.join(folder, 'zarr.json'), text({ zarr_format: 3, node_type: 'group', attributes }));
  await writeWhole(path.join(folder, '.zattrs'), text(attributes));
  await writeWhole(path.join(folder, '.zgroup'), text({ zarr_format: 2 }));
}

function text(json: Json): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}
