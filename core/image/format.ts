/**
 * What a file format is to the rest of Biagraph. The formats themselves are plugins; they are recognised by content,
 * so a file with the wrong ending is still read, and a file that is no image is refused by name.
 */

import { FormatError } from '../errors.js';
import { type Dimensionality, toImage } from './axes.js';
import { type FileHead, readHead } from './file-head.js';
import {
  allocate,
  type DType,
  type Image,
  type ImageMetadata,
  type MakePixels,
  type PixelArray,
  sizeOf,
} from './image.js';
import type { ImageHeader, RawImage } from './raw-image.js';

export interface WriteOptions {
  /** Default `deflate`. */
  compression?: 'none' | 'deflate';
  /**
   * `image`, the default, writes types that every viewer opens; `labels` keeps integers in the smallest unsigned type that
   * holds them; `exact` keeps every value and its type.
   */
  kind?: 'image' | 'labels' | 'exact';
}

/** A file whose pixels can be brought to where they belong, such as to memory that is used again. */
export interface OpenedImage extends ImageHeader {
  readonly metadata: ImageMetadata;
  /** Writes every pixel, C order of `shape`. Errors as {@link ImageFormat.read}. */
  fill(data: PixelArray): Promise<void>;
  /** For threads that do the same together; undefined where pixels are read only, which takes no thread. */
  readonly filling?: Filling;
}

/** How any thread can fill a part of the pixels of a file. */
export interface Filling {
  /**
   * `import.meta.url` of a module that Node can import by itself, and the name of what it exports: a {@link FillParts}.
   */
  readonly module: string;
  readonly name: string;
  /** Plain data. */
  readonly input: unknown;
}

/** Writes parts of the pixels until none is left; the threads count in `taken[0]` which parts they took. */
export type FillParts = (input: unknown, data: PixelArray, taken: Int32Array) => Promise<void>;

/** A reader, and perhaps a writer, of one file format. */
export interface ImageFormat {
  id: string;
  /** Usual endings, lower case, with the dot. */
  extensions: string[];
  /** True when the first bytes are of this format; `file` may decide where bytes cannot. */
  detects(head: Uint8Array, file: string): boolean;
  /** Throws FormatError for a damaged or unsupported file, AbortedError when `signal` fires. */
  read(file: string, options: { signal?: AbortSignal }): Promise<RawImage>;
  /**
   * Opens a file for as long as `use` takes; undefined for one that only {@link ImageFormat.read} can read. Errors as there.
   */
  open?<T>(
    file: string,
    signal: AbortSignal | undefined,
    use: (opened: OpenedImage) => Promise<T>,
  ): Promise<T | undefined>;
  /** Header only, no pixels: shape, axes and dtype that {@link ImageFormat.read} will give. */
  probe(file: string): Promise<ImageHeader>;
  /** Throws OutputError when the file cannot be written; nothing half-written stays behind. */
  write?(file: string, picture: Image, options: WriteOptions): Promise<void>;
}

/** Bytes shown to {@link ImageFormat.detects}. */
const HEAD_BYTES = 512;

/**
 * The format of a file, by content. Among several that claim it, the one with the file's ending wins.
 * Throws FormatError for folders, empty or unreadable files and unknown content.
 *
 * @param head the first bytes, where they were read before.
 */
export async function detectFormat(
  file: string,
  formats: readonly ImageFormat[],
  head?: FileHead,
): Promise<ImageFormat> {
  const bytes = shown(file, head ?? (await readHead(file)));
  const claims = formats.filter((format) => format.detects(bytes, file));
  const chosen = claims.find((format) => hasEnding(file, format)) ?? claims[0];
  if (chosen) return chosen;
  const known = formats.flatMap((format) => format.extensions).join(', ');
  throw new FormatError(
    `${file}: the content is of no known image format (known: ${known}). Convert it, or move it out of the data folder.`,
    { where: { file } },
  );
}

/** Reads a file into Biagraph's axis order: `yxc` for 2D, `zyxc` for 3D. Errors as {@link detectFormat} and `toImage`. */
export async function readImage(
  file: string,
  formats: readonly ImageFormat[],
  options: { ndim: Dimensionality; signal?: AbortSignal },
): Promise<Image> {
  const format = await detectFormat(file, formats);
  return toImage(await format.read(file, { signal: options.signal }), options.ndim, file);
}

/** Pixels for an image of a file. @throws FormatError naming the file where there is not so much memory. */
export function makePixels(
  file: string,
  dtype: DType,
  shape: readonly number[],
  make: MakePixels = allocate,
): PixelArray {
  try {
    return make(dtype, sizeOf(shape));
  } catch (cause) {
    throw new FormatError(`${file}: its ${shape.join('×')} values do not fit into memory at once.`, {
      where: { file },
      cause,
    });
  }
}

/** All of an opened file as {@link ImageFormat.read} gives it. */
export async function readOpened(file: string, opened: OpenedImage): Promise<RawImage> {
  const { shape, axes, dtype, metadata } = opened;
  const data = makePixels(file, dtype, shape);
  await opened.fill(data);
  return { data, shape, axes, dtype, metadata };
}

/** True when the name ends as files of the format do. */
export function hasEnding(file: string, { extensions }: ImageFormat): boolean {
  const name = file.toLowerCase();
  return extensions.some((extension) => name.endsWith(extension));
}

/** The bytes that formats are shown. @throws FormatError for what is no file with content. */
function shown(file: string, head: FileHead): Uint8Array {
  const refused = (message: string, cause?: unknown) =>
    new FormatError(`${file}: ${message}`, { where: { file }, ...(cause !== undefined && { cause }) });
  if (head.kind === 'folder') throw refused('expected an image file, found a folder. Point to a file inside it.');
  if (head.kind === 'device')
    throw refused('expected an image file, found a device or a pipe. Move it out of the data folder.');
  if (head.kind === 'closed') {
    const reason = head.cause instanceof Error ? head.cause.message : String(head.cause);
    throw refused(`cannot be opened (${reason}). Check that it exists and may be read.`, head.cause);
  }
  if (head.size === 0) throw refused('the file is empty. Copy it again from its source.');
  return head.bytes.subarray(0, HEAD_BYTES);
}
