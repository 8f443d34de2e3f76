/**
 * Reading and writing images, with decoding in worker threads so that the event loop stays free.
 */
import { FormatError, OutputError } from '../errors.js';
import { arrayLayout, arraySource, readArray } from './array-source.js';
import { type Dimensionality, imageShape, keepsOrder, toImage } from './axes.js';
import type { ChunkCache } from './chunk-cache.js';
import { type ChunkRegion, fillRegion, stripsOfRegion } from './chunk-region.js';
import type { ArrayPlan, ArrayWriter, ChunkedArray, ContainerFormat, LabelPlace } from './chunked-array.js';
import { DecodeThreads } from './decode-threads.js';
import { deferred } from './deferred.js';
import { type FileHead, readHead } from './file-head.js';
import { detectFormat, hasEnding, type ImageFormat, makePixels, type WriteOptions } from './format.js';
import { allocateShared, type DType, type Image, type MakePixels, type PixelArray, sizeOf } from './image.js';

/** Which array of a container is meant, and what its axes are. Files of other formats do not need it. */
export interface InContainer {
  /** Path inside the container; empty for the array that the container names, or the first one. */
  array?: string;
  /** Order of the axes, such as `TZCYX`; see `arrayAxes`. */
  axes?: string;
}

export interface ImageFilesOptions {
  formats: readonly ImageFormat[];
  containers?: readonly ContainerFormat[];
  /** Threads that decode; 0 decodes on the calling thread. */
  workers?: number;
  /** Module that decodes, and the ids of the formats it knows; others are read on the calling thread. */
  worker?: { url: URL; formats: readonly string[] };
  /** Bytes of the smallest file that all threads read together; smaller ones are read by one of them. Default: 1 MB. */
  leastTogether?: number;
}

export class ImageFiles {
  private readonly formats: readonly ImageFormat[];
  private readonly containers: readonly ContainerFormat[];
  private readonly known: ReadonlySet<string>;
  private readonly threads: DecodeThreads | undefined;
  private readonly leastTogether: number;
  /** Files that can be read at the same time. */
  readonly concurrency: number;

  constructor({ formats, containers = [], workers = 0, worker, leastTogether = LEAST_TOGETHER }: ImageFilesOptions) {
    this.leastTogether = leastTogether;
    this.formats = formats;
    this.containers = containers;
    this.known = new Set(worker?.formats);
    this.concurrency = Math.max(workers, 1);
    if (workers > 0 && worker) this.threads = new DecodeThreads(workers, worker.url);
  }

  /**
   * One image, channels last. Of a container the whole array is read.
   *
   * @param make makes the pixels of large images; all of them are written.
   * @throws FormatError naming the file when it cannot be read as an image; AbortedError when `signal` fires.
   */
  async read(
    file: string,
    ndim: Dimensionality,
    signal?: AbortSignal,
    within: InContainer = {},
    make: MakePixels = allocateShared,
  ): Promise<Image> {
    const head = await readHead(file);
    const container = await this.containerWith(file, head);
    if (container) return this.readWhole(container, file, ndim, within, signal, make);
    const format = await detectFormat(file, this.formats, head);
    const readHere = async () => toImage(await format.read(file, { signal }), ndim, file);
    if (!this.threads || !this.known.has(format.id)) return readHere();
    if (head.kind === 'file' && head.size >= this.leastTogether) {
      const filled = await this.readInto(format, file, ndim, signal, make);
      if (filled) return filled;
    }
    const result = await this.threads.decode({ file, ndim }, signal);
    if (result === 'broken') return readHere();
    return (result as { image: Image }).image;
  }

  /**
   * A large image whose pixels go to where they belong at once: read by the system, or decoded by all threads together. Undefined
   * for others, which one thread reads by itself.
   */
  private async readInto(
    format: ImageFormat,
    file: string,
    ndim: Dimensionality,
    signal: AbortSignal | undefined,
    make: MakePixels,
  ): Promise<Image | undefined> {
    return format.open?.(file, signal, async (opened) => {
      const { shape, axes, dtype, metadata, filling } = opened;
      // Axes in another order are moved by a thread.
      if (!keepsOrder(opened, ndim, file)) return undefined;
      const data = makePixels(file, dtype, shape, make);
      if (!filling || !(await this.threads?.together((taken) => ({ filling, target: data, taken }), data, signal)))
        await opened.fill(data);
      return toImage({ data, shape, axes, dtype, metadata }, ndim, file);
    });
  }

  /** The kind of container that a path is; undefined for anything else. */
  async containerOf(file: string): Promise<ContainerFormat | undefined> {
    return this.containers.length === 0 ? undefined : this.containerWith(file, await readHead(file));
  }

  private async containerWith(file: string, head: FileHead): Promise<ContainerFormat | undefined> {
    if (head.kind !== 'file' && head.kind !== 'folder') return undefined;
    const bytes = head.kind === 'file' ? head.bytes : undefined;
    for (const container of this.containers) if (await container.detects(file, bytes)) return container;
    return undefined;
  }

  /** Opens an array of a container. @throws FormatError for anything else. */
  async openArray(
    file: string,
    { array, signal }: { array?: string; signal?: AbortSignal } = {},
  ): Promise<ChunkedArray> {
    const container = await this.containerOf(file);
    if (!container) {
      const known = this.containers.map(({ id }) => id).join(', ');
      throw new FormatError(`${file}: expected a container of arrays (${known}), which it is not.`, {
        where: { file },
      });
    }
    return this.openIn(container, file, { array, signal });
  }

  private async openIn(
    container: ContainerFormat,
    file: string,
    { array, signal }: { array?: string; signal?: AbortSignal },
  ): Promise<ChunkedArray> {
    const opened = await container.open(file, { ...(array && { array }), ...(signal && { signal }) });
    return this.threads?.reading(opened) ?? opened;
  }

  /**
   * An array of a container as an image whose pixels are read when they are needed; its chunks go through `cache`, which
   * closes it.
   */
  async readDeferred(
    file: string,
    ndim: Dimensionality,
    cache: ChunkCache,
    { array, axes }: InContainer = {},
    signal?: AbortSignal,
  ): Promise<Image> {
    const cached = cache.add(await this.openArray(file, { array, signal }));
    return deferred(arraySource(cached, ndim, axes));
  }

  /** Makes a container of the kind that has the file's ending and can be written. @throws OutputError */
  async createArray(file: string, plan: ArrayPlan): Promise<ArrayWriter> {
    const container = this.containers.find(
      ({ create, extensions }) => create && extensions.some((ending) => file.toLowerCase().endsWith(ending)),
    );
    if (!container?.create) throw new Error(`no container format writes ${file}`);
    return container.create(file, plan);
  }

  /** Puts labels into the container of their image. @throws OutputError as {@link ContainerFormat.createLabels} */
  async createLabels(file: string, place: LabelPlace, plan: ArrayPlan): Promise<ArrayWriter> {
    const container = await this.containerOf(file);
    if (!container?.createLabels)
      throw new OutputError(`${file}: labels can be put beside an image in an OME-Zarr only. Write them elsewhere.`, {
        where: { file },
      });
    return container.createLabels(file, place, plan);
  }

  /** Shape `[[z,] y, x, c]` and dtype from the header alone. Errors as {@link read}. */
  async probe(
    file: string,
    ndim: Dimensionality,
    { array, axes }: InContainer = {},
  ): Promise<{ shape: number[]; dtype: DType; container?: true }> {
    const head = await readHead(file);
    const container = await this.containerWith(file, head);
    if (container) {
      const opened = await this.openIn(container, file, { array });
      try {
        return { shape: [...arrayLayout(opened, ndim, axes).shape], dtype: opened.dtype, container: true };
      } finally {
        await opened.close();
      }
    }
    const format = await detectFormat(file, this.formats, head);
    const header = await format.probe(file);
    return { shape: imageShape(header, ndim, file), dtype: header.dtype };
  }

  /** Writes in the first format that has the file's ending and can write. @throws OutputError */
  async write(file: string, picture: Image, options: WriteOptions = {}): Promise<void> {
    const format = this.formats.find((candidate) => candidate.write && hasEnding(file, candidate));
    if (!format?.write) throw new Error(`no format writes ${file.slice(file.lastIndexOf('.'))} files`);
    await format.write(file, picture, options);
  }

  private async readWhole(
    container: ContainerFormat,
    file: string,
    ndim: Dimensionality,
    within: InContainer,
    signal: AbortSignal | undefined,
    make: MakePixels,
  ): Promise<Image> {
    const array = await this.openIn(container, file, { array: within.array, signal });
    try {
      const { reading } = array;
      const values = array.shape.reduce((product, side) => product * side, 1);
      const many = values > MANY_CHUNKS * sizeOf(array.chunk);
      const fillHere = (region: ChunkRegion, target: PixelArray) =>
        fillRegion(region, stripsOfRegion(region), array.readChunk, target, { signal });
      const fill = async (region: ChunkRegion, target: PixelArray) => {
        const task = (taken: Int32Array) => ({ reading: reading!, region, target, taken });
        if (!reading || !many || !(await this.threads?.together(task, target, signal))) await fillHere(region, target);
      };
      return await readArray(array, ndim, within.axes, fill, make);
    } finally {
      await array.close();
    }
  }

  async close(): Promise<void> {
    await this.threads?.close();
  }
}

const LEAST_TOGETHER = 2 ** 20;
/** Arrays of more chunks are read by all threads together. */
const MANY_CHUNKS = 4;
