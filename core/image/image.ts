/**
 * An image in memory: a flat typed array with a shape and named axes.
 *
 * Axis order inside Biagraph is always channels-last: `yxc` in 2D and `zyxc` in 3D, C-contiguous.
 */

import { LEAD } from './lead.js';

/** Number types that microscopy files hold and Biagraph keeps as they are. */
export type DType = 'uint8' | 'uint16' | 'uint32' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64';

export type PixelArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** What a file said about an image besides its pixels; written back with results. */
export interface ImageMetadata {
  /** Voxel size in the order of the spatial axes ([z,]y,x), in `unit`. */
  spacing?: number[];
  /** Unit of `spacing`, such as `micron`. */
  unit?: string;
  /** Axes of the file as found, such as `TZCYX` or `YXS`. */
  fileAxes?: string;
  /** Shape of the file in the order of `fileAxes`. */
  fileShape?: number[];
}

export interface Image {
  /** C-order pixels; length is the product of `shape`. */
  readonly data: PixelArray;
  /** `[y, x, c]` or `[z, y, x, c]`. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly metadata: ImageMetadata;
  /** Of a deferred image, which has no `data`: where its pixels are read from, see `deferred.ts`. */
  readonly source?: PixelSource;
}

/** A region in pixels of an image, per spatial axis; it may reach over the edges, where `start` is negative or too large. */
export interface Box {
  readonly start: readonly number[];
  readonly size: readonly number[];
}

/** Pixels that can be read box by box. */
export interface PixelSource {
  /** `[y, x, c]` or `[z, y, x, c]`. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly metadata: ImageMetadata;
  /** File that the pixels come from, for messages. */
  readonly file: string;
  /** Pixels of a box, which may reach over the image: what is inside is read, then reflected as numpy does. */
  read(box: Box, signal?: AbortSignal): Promise<Image>;
  /** Tells which boxes a pass will read, each once, so that what they share is kept until then. */
  expect?(boxes: Iterable<Box>): void;
}

const CONSTRUCTORS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Bytes of one pixel value. */
export function bytesPerValue(dtype: DType): number {
  return CONSTRUCTORS[dtype].BYTES_PER_ELEMENT;
}

/** The dtype of a typed array. */
export function dtypeOf(data: PixelArray): DType {
  for (const dtype of Object.keys(CONSTRUCTORS) as DType[]) if (data instanceof CONSTRUCTORS[dtype]) return dtype;
  throw new TypeError(`no image dtype for ${Object.prototype.toString.call(data)}`);
}

/** Zero-filled pixels. */
export function allocate(dtype: DType, length: number): PixelArray {
  return new CONSTRUCTORS[dtype](length);
}

/** Zero-filled pixels that threads can share. */
export function allocateShared(dtype: DType, length: number): PixelArray {
  return pixelsOver(new SharedArrayBuffer(sharedBytes(length * bytesPerValue(dtype))), dtype, length);
}

/** Bytes of shared memory that can hold so many bytes of pixels; see {@link LEAD}. */
export function sharedBytes(bytes: number): number {
  return LEAD + bytes;
}

/** Memory of {@link sharedBytes} as pixels. */
export function pixelsOver(memory: SharedArrayBuffer, dtype: DType, length: number): PixelArray {
  const Values = CONSTRUCTORS[dtype] as new (buffer: SharedArrayBuffer, offset: number, length: number) => PixelArray;
  return new Values(memory, LEAD, length);
}

/** Makes pixels of any content: whoever asks for them writes them all. */
export type MakePixels = (dtype: DType, length: number) => PixelArray;

/** Product of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Wraps pixels; throws when their number does not fit the shape. */
export function image(data: PixelArray, shape: readonly number[], metadata: ImageMetadata = {}): Image {
  if (data.length !== sizeOf(shape))
    throw new RangeError(`${data.length} values do not fill shape ${shape.join('×')} (${sizeOf(shape)})`);
  return { data, shape: [...shape], dtype: dtypeOf(data), metadata };
}

/** Bytes held by the pixels. */
export function imageBytes(picture: Image): number {
  return picture.data.byteLength;
}

/** `[y, x]` or `[z, y, x]`. */
export function spatialShape(picture: Image): number[] {
  return picture.shape.slice(0, -1);
}

export function channelCount(picture: Image): number {
  return picture.shape[picture.shape.length - 1];
}
