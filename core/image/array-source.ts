/**
 * A chunked array as an image: which of its axes are z, y, x and channels, and reading boxes out of its chunks.
 */
import { DataError } from '../errors.js';
import { type Dimensionality, fitSpacing, imageOrder } from './axes.js';
import type { CachedArray } from './chunk-cache.js';
import { type ChunkRegion, chunksOfRegion, placeChunk, TOGETHER } from './chunk-region.js';
import type { ChunkedArray } from './chunked-array.js';
import { boundedSource } from './deferred.js';
import { requireFinite } from './finite.js';
import { makePixels } from './format.js';
import {
  allocate,
  type Box,
  type Image,
  type ImageMetadata,
  image,
  type MakePixels,
  type PixelArray,
  type PixelSource,
  sizeOf,
} from './image.js';

/** Chunks of a box that are asked of threads at the same time, which get them in few messages. */
const IN_THREADS = 16;

/** Default of `DATA.*.INPUT_IMG_AXES_ORDER`. */
export const DEFAULT_AXES = 'TZCYX';

/**
 * The letters of an array's axes. An order other than the default is what the user says of the data and wins; then come
 * the names in the container; then the default. Of an order with more letters than the array has axes, T, C and Z are left
 * out in turn.
 *
 * @throws DataError when there are too few letters, or one twice.
 */
export function arrayAxes(
  { shape, axes, file }: Pick<ChunkedArray, 'shape' | 'axes' | 'file'>,
  order: string = DEFAULT_AXES,
): string {
  const wanted = order.toUpperCase();
  if (wanted === DEFAULT_AXES && axes?.includes('Y') && axes.includes('X')) return axes;
  let letters = wanted;
  for (const spare of ['T', 'C', 'Z']) if (letters.length > shape.length) letters = letters.replace(spare, '');
  if (letters.length !== shape.length || new Set(letters).size !== letters.length || !/^[TZCYXS]*$/.test(letters))
    throw new DataError(
      `${file}: an array of ${shape.join('×')} has ${shape.length} axes, but the order of axes is '${order}'. ` +
        'Write one letter of T, Z, C, Y, X for each axis in DATA.*.INPUT_IMG_AXES_ORDER (or INPUT_MASK_AXES_ORDER).',
      { where: { file, key: 'DATA.TRAIN.INPUT_IMG_AXES_ORDER' } },
    );
  return letters;
}

/** Where the axes of an image lie in an array: for z, y, x and channels the axis, -1 for one that is missing. */
export interface ArrayLayout {
  readonly axes: string;
  readonly order: readonly number[];
  /** `[[z,] y, x, c]`. */
  readonly shape: readonly number[];
}

/** @throws DataError when the axes do not make an image of that dimensionality. */
export function arrayLayout(
  array: Pick<ChunkedArray, 'shape' | 'axes' | 'file'>,
  ndim: Dimensionality,
  order?: string,
): ArrayLayout {
  const axes = arrayAxes(array, order);
  const groups = imageOrder({ shape: [...array.shape], axes }, ndim, array.file);
  const chosen = groups.map((group) => {
    const long = group.filter((axis) => array.shape[axis] > 1);
    if (long.length > 1)
      throw new DataError(
        `${array.file}: axes ${long.map((axis) => axes[axis]).join(' and ')} of ${array.shape.join('×')} (${axes}) both have more than one ` +
          'element where an image has one axis. Save one image for each array.',
        { where: { file: array.file } },
      );
    return long[0] ?? group[0] ?? -1;
  });
  return { axes, order: chosen, shape: chosen.map((axis) => (axis < 0 ? 1 : array.shape[axis])) };
}

/** The array of a cache as pixels of an image. Errors as {@link arrayLayout}. */
export function arraySource(cached: CachedArray, ndim: Dimensionality, order?: string): PixelSource {
  const { array } = cached;
  const layout = arrayLayout(array, ndim, order);
  const metadata = metadataOf(array, layout);
  return boundedSource({
    shape: layout.shape,
    dtype: array.dtype,
    metadata,
    file: array.file,
    inside: (box, signal) => readInside(cached, layout, metadata, box, signal),
    expect(boxes) {
      for (const box of boxes) {
        const { start, size } = regionOf(array, layout, clip(box, layout.shape));
        cached.expect(start, size);
      }
    },
  });
}

async function readInside(
  cached: CachedArray,
  layout: ArrayLayout,
  metadata: ImageMetadata,
  box: Box,
  signal: AbortSignal | undefined,
): Promise<Image> {
  const shape = [...box.size, layout.shape[layout.shape.length - 1]];
  const result = image(allocate(cached.array.dtype, sizeOf(shape)), shape, metadata);
  const region = chunkRegion(cached.array, layout, box);
  const positions = chunksOfRegion(region);
  const work = async () => {
    for (const position of positions)
      await cached.use(position, (chunk) => placeChunk(region, position, chunk, result.data), signal);
  };
  await Promise.all(Array.from({ length: cached.array.readInto ? IN_THREADS : TOGETHER }, work));
  return result;
}

/** Which part of an array is a box of the image, with pixels of the box alone, C order. */
function chunkRegion(array: ChunkedArray, layout: ArrayLayout, box: Box): ChunkRegion {
  const shape = [...box.size, layout.shape[layout.shape.length - 1]];
  const strides = array.shape.map((_, axis) => {
    const at = layout.order.indexOf(axis);
    return at < 0 ? 0 : sizeOf(shape.slice(at + 1));
  });
  const { chunk, dtype, fill } = array;
  return { array: { shape: array.shape, chunk, dtype, fill }, ...regionOf(array, layout, box), strides };
}

/**
 * The whole of an array as an image. NaN and infinity are refused. Errors as {@link arrayLayout}.
 *
 * @param fill fills the pixels of a region, which is the whole array.
 * @param make makes the pixels; all of them are written.
 */
export async function readArray(
  array: ChunkedArray,
  ndim: Dimensionality,
  order: string | undefined,
  fill: (region: ChunkRegion, target: PixelArray) => Promise<void>,
  make?: MakePixels,
): Promise<Image> {
  const layout = arrayLayout(array, ndim, order);
  const size = layout.shape.slice(0, -1);
  const data = makePixels(array.file, array.dtype, layout.shape, make);
  const picture = image(data, layout.shape, metadataOf(array, layout));
  await fill(chunkRegion(array, layout, { start: size.map(() => 0), size }), picture.data);
  requireFinite(picture, array.file);
  return picture;
}

function metadataOf(array: ChunkedArray, layout: ArrayLayout): ImageMetadata {
  const metadata: ImageMetadata = { ...array.metadata, fileAxes: layout.axes, fileShape: [...array.shape] };
  if (metadata.spacing) metadata.spacing = fitSpacing(metadata.spacing, layout.shape.length - 1);
  return metadata;
}

/** A box of the image in axes of the array. */
function regionOf(array: ChunkedArray, { order, shape }: ArrayLayout, { start, size }: Box): Box {
  const whole = { start: [...start, 0], size: [...size, shape[shape.length - 1]] };
  const pick = (values: readonly number[], missing: number) =>
    array.shape.map((_, axis) => {
      const at = order.indexOf(axis);
      return at < 0 ? missing : values[at];
    });
  return { start: pick(whole.start, 0), size: pick(whole.size, 1) };
}

function clip({ start, size }: Box, shape: readonly number[]): Box {
  const first = start.map((at) => Math.max(at, 0));
  return { start: first, size: first.map((at, axis) => Math.min(start[axis] + size[axis], shape[axis]) - at) };
}
