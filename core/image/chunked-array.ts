/**
 * An array in a container of chunks (Zarr, N5, HDF5), of which any part can be read without the rest. The containers
 * themselves are plugins, recognised by content like {@link ImageFormat}.
 */

import type { DType, ImageMetadata, PixelArray } from './image.js';
import type { Scratch } from './scratch.js';

/** Decoded values of one chunk. */
export interface Chunk {
  readonly data: PixelArray;
  /** Values from one element to the next, for each axis of the array. */
  readonly strides: readonly number[];
}

/**
 * Reads the chunk at a place of the grid, undefined where nothing is stored.
 *
 * @param scratch the chunk may lie in it; then it lasts until the next one is read with the same scratch.
 * @throws FormatError naming file and chunk when it is damaged.
 */
export type ReadChunk = (
  position: readonly number[],
  signal?: AbortSignal,
  scratch?: Scratch,
) => Promise<Chunk | undefined>;

/** How any thread can read the chunks of an array. */
export interface ChunkReading {
  /** Unlike that of every other opened array. */
  readonly id: string;
  /**
   * `import.meta.url` of a module that Node can import by itself, and the name of what it exports: a function from `input`
   * to a {@link ReadChunk}.
   */
  readonly module: string;
  readonly name: string;
  /** Plain data. */
  readonly input: unknown;
}

/** An opened array. Whoever opens it closes it. */
export interface ChunkedArray {
  /** Container and path inside it, for messages. */
  readonly file: string;
  readonly shape: readonly number[];
  /** Sides of a chunk. Chunks lie on a grid from the origin; those at the end may reach over it, or be shorter. */
  readonly chunk: readonly number[];
  /** Of the values as {@link readChunk} gives them. */
  readonly dtype: DType;
  /** One letter an axis, such as `TCZYX`, where the container tells. */
  readonly axes?: string;
  readonly metadata: ImageMetadata;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Value of chunks that are not stored. */
  readonly fill: number;
  readonly readChunk: ReadChunk;
  /**
   * Reads a chunk into shared memory of a whole one, where that is done by another thread; gives its strides, undefined where nothing is
   * stored. Errors as {@link ReadChunk}.
   */
  readonly readInto?: (
    position: readonly number[],
    target: PixelArray,
    signal?: AbortSignal,
  ) => Promise<readonly number[] | undefined>;
  /** For other threads, where they can read the array too. */
  readonly reading?: ChunkReading;
  close(): Promise<void>;
}

/** What an array that is to be written will be. Shapes are in the order of `axes`. */
export interface ArrayPlan {
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly dtype: DType;
  /** One letter an axis, such as `ZYX` or `CZYX`. */
  readonly axes: string;
  /** Voxel size and unit. */
  readonly metadata: ImageMetadata;
  /** `labels` are thinned, not averaged, for the levels of a pyramid. */
  readonly kind: 'image' | 'labels';
}

/** An array that is being written. */
export interface ArrayWriter {
  readonly plan: ArrayPlan;
  /**
   * Writes a box, C order. Boxes along chunk borders are written without reading; others change the chunks they touch, one
   * writer at a time for each chunk, so that no part is lost.
   *
   * @throws OutputError when it cannot be written.
   */
  write(start: readonly number[], size: readonly number[], data: PixelArray): Promise<void>;
  /** Completes the container, such as with the levels of a pyramid. */
  close(): Promise<void>;
}

/** A reader, and perhaps a writer, of one kind of container. */
export interface ContainerFormat {
  id: string;
  /** Usual endings, lower case, with the dot. */
  extensions: readonly string[];
  /** True when a file (by its first bytes) or a folder (by what lies in it; `head` is undefined then) is of this kind. */
  detects(path: string, head: Uint8Array | undefined): Promise<boolean>;
  /**
   * Opens an array.
   *
   * @param options.array path inside the container, with dots or slashes; without it the array that the container itself
   *   names, or else the first one.
   * @throws FormatError naming file and cause; nothing of the size that a header claims is allocated.
   */
  open(path: string, options: { array?: string; signal?: AbortSignal }): Promise<ChunkedArray>;
  /** Makes a container with one array; what was there before is replaced when the writer is closed. */
  create?(path: string, plan: ArrayPlan): Promise<ArrayWriter>;
  /**
   * Puts a label image beside an image that is there.
   *
   * @throws OutputError where the container holds no image that labels can be beside, or labels of that name that are not to be replaced.
   */
  createLabels?(path: string, place: LabelPlace, plan: ArrayPlan): Promise<ArrayWriter>;
}

/** Where labels go in the container of their image. */
export interface LabelPlace {
  /** Name of the label image. */
  readonly name: string;
  /** Path of the image in the container, with dots or slashes; empty for the container itself. */
  readonly array: string;
  /** Labels of that name may be there. */
  readonly replace: boolean;
}

/** Number of chunks along each axis. */
export function chunkGrid({ shape, chunk }: Pick<ChunkedArray, 'shape' | 'chunk'>): number[] {
  return shape.map((side, axis) => Math.ceil(side / chunk[axis]));
}
