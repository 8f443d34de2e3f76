/**
 * Writes ImageJ hyperstacks in the order TZCYXS, as BiaPy does: pages stream to disk one by one, their directories
 * follow at the end.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { DataError } from '../../core/errors.js';
import { type FileLayout, fileLayout, planeOf } from '../../core/image/axes.js';
import { castPixels } from '../../core/image/cast.js';
import type { WriteOptions } from '../../core/image/format.js';
import { bytesPerValue, type DType, type Image, type PixelArray, sizeOf } from '../../core/image/image.js';
import { writeAside } from '../../core/job/write-aside.js';
import { TAG } from './tiff-directory.js';

const compress = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);

/** The level that BiaPy writes with. */
const LEVEL = 8;
/** Pixels of a compressed strip; larger strips compress hardly better. */
const STRIP_BYTES = 256 * 1024;
/** Uncompressed pages are one strip up to this size; a view on more than 4 GB is impossible. */
const PLAIN_STRIP_BYTES = 2 ** 30;
/** Strips compressed at a time. */
const CONCURRENT = 8;
/** Classic TIFF ends here, with room for directories. */
const CLASSIC_LIMIT = 2 ** 32 - 2 ** 25;

export interface TiffWriteOptions extends WriteOptions {
  /** Default: when the pixels exceed what classic TIFF can hold. */
  bigTiff?: boolean;
}

/**
 * Writes an image as TIFF. uint8, uint16 and float32 keep their type and other types become float32 unless they are
 * asked for exactly; labels become uint8 (if they were), uint16 or uint32. Voxel size and unit are kept.
 * Throws OutputError when the file cannot be written, DataError for labels that are negative or not whole.
 */
export async function writeTiff(file: string, picture: Image, options: TiffWriteOptions = {}): Promise<void> {
  const dtype = writtenType(picture, options.kind ?? 'image', file);
  const layout = fileLayout(picture);
  const [t, z, c, y, x] = layout.shape;
  const total = sizeOf(layout.shape) * bytesPerValue(dtype);
  const big = options.bigTiff ?? total > CLASSIC_LIMIT;
  const compressed = options.compression !== 'none';
  await writeAside(file, async (temporary) => {
    const handle = await open(temporary, 'wx');
    try {
      const pages: Strips[] = [];
      let end = big ? 16 : 8;
      for (let plane = 0; plane < t * z; plane++)
        for (let channel = 0; channel < c; channel++) {
          const pixels = castPixels(planeOf(picture, plane, channel), dtype);
          const strips = await writeStrips(handle, end, pixels, x, compressed);
          pages.push(strips);
          end = strips.end;
        }
      const description = imageJDescription(layout, picture, dtype);
      const start = end + (end % 2);
      const plan = { start, big, width: x, height: y, dtype, compressed, picture, description };
      await writeAll(handle, directories(pages, plan), start);
      await writeAll(handle, header(start, big), 0);
    } finally {
      await handle.close();
    }
  });
}

function writtenType(picture: Image, kind: NonNullable<WriteOptions['kind']>, file: string): DType {
  const { dtype } = picture;
  if (kind === 'labels') return labelType(picture, file);
  // ImageJ opens no other types.
  return kind === 'exact' || dtype === 'uint8' || dtype === 'uint16' ? dtype : 'float32';
}

function labelType(picture: Image, file: string): DType {
  let max = 0;
  const { data } = picture;
  for (let i = 0; i < data.length; i++) {
    if (!(data[i] >= 0 && Number.isInteger(data[i]) && data[i] < 2 ** 32))
      throw new DataError(`${file}: labels are whole numbers from 0 to 2^32−1, but ${data[i]} came.`, {
        where: { file },
      });
    if (data[i] > max) max = data[i];
  }
  if (picture.dtype === 'uint8') return 'uint8';
  return max < 2 ** 16 ? 'uint16' : 'uint32';
}

interface Strips {
  offsets: number[];
  byteCounts: number[];
  rows: number;
  /** First byte after the last strip. */
  end: number;
}

async function writeStrips(
  handle: FileHandle,
  start: number,
  pixels: PixelArray,
  width: number,
  compressed: boolean,
): Promise<Strips> {
  const rowBytes = width * pixels.BYTES_PER_ELEMENT;
  const fitting = Math.max(Math.floor((compressed ? STRIP_BYTES : PLAIN_STRIP_BYTES) / rowBytes), 1);
  const rows = Math.min(fitting, pixels.length / width);
  const strips: Strips = { offsets: [], byteCounts: [], rows, end: start };
  const step = rows * width;
  for (let first = 0; first < pixels.length; first += CONCURRENT * step) {
    const ready: Promise<Uint8Array>[] = [];
    for (let at = first; at < Math.min(first + CONCURRENT * step, pixels.length); at += step) {
      const values = pixels.subarray(at, at + step);
      const strip = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      ready.push(compressed ? compress(strip, { level: LEVEL }) : Promise.resolve(strip));
    }
    for (const strip of await Promise.all(ready)) {
      await writeAll(handle, strip, strips.end);
      strips.offsets.push(strips.end);
      strips.byteCounts.push(strip.length);
      strips.end += strip.length;
    }
  }
  return strips;
}

/** A single write call stops at 2 GB. */
async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(bytes.length - done, 2 ** 30), position + done);
    done += bytesWritten;
  }
}

/** Pixels are written in the byte order of this machine. */
const LITTLE = endianness() === 'LE';

function header(firstDirectory: number, big: boolean): Uint8Array {
  const bytes = new Uint8Array(big ? 16 : 8);
  const view = new DataView(bytes.buffer);
  bytes.fill(LITTLE ? 0x49 : 0x4d, 0, 2);
  view.setUint16(2, big ? 43 : 42, LITTLE);
  if (!big) view.setUint32(4, firstDirectory, LITTLE);
  else {
    view.setUint16(4, 8, LITTLE);
    view.setBigUint64(8, BigInt(firstDirectory), LITTLE);
  }
  return bytes;
}

interface DirectoryPlan {
  start: number;
  big: boolean;
  width: number;
  height: number;
  dtype: DType;
  compressed: boolean;
  picture: Image;
  description: Uint8Array;
}

/** TIFF field types used here. */
const TYPE = { ascii: 2, short: 3, long: 4, rational: 5, long8: 16 } as const;
type Field = [tag: number, type: number, values: readonly number[] | Uint8Array];

/** All directories, chained, each followed by the values that do not fit into its entries. */
function directories(pages: Strips[], plan: DirectoryPlan): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = plan.start;
  pages.forEach((strips, page) => {
    const piece = directory(fieldsOf(strips, plan, page), at, plan.big, page === pages.length - 1);
    pieces.push(piece);
    at += piece.length;
  });
  return Buffer.concat(pieces);
}

function fieldsOf(strips: Strips, plan: DirectoryPlan, page: number): Field[] {
  const { width, height, dtype, picture } = plan;
  const place = plan.big ? TYPE.long8 : TYPE.long;
  const [ySpacing, xSpacing] = picture.metadata.spacing?.slice(-2) ?? [1, 1];
  const fields: Field[] = [
    [TAG.newSubfileType, TYPE.long, [0]],
    [TAG.width, TYPE.long, [width]],
    [TAG.height, TYPE.long, [height]],
    [TAG.bitsPerSample, TYPE.short, [8 * bytesPerValue(dtype)]],
    [TAG.compression, TYPE.short, [plan.compressed ? 8 : 1]],
    [TAG.photometric, TYPE.short, [1]],
    ...(page === 0 ? [[TAG.description, TYPE.ascii, plan.description] as Field] : []),
    [TAG.stripOffsets, place, strips.offsets],
    [TAG.samplesPerPixel, TYPE.short, [1]],
    [TAG.rowsPerStrip, TYPE.long, [strips.rows]],
    [TAG.stripByteCounts, place, strips.byteCounts],
    [TAG.xResolution, TYPE.rational, rational(1 / xSpacing)],
    [TAG.yResolution, TYPE.rational, rational(1 / ySpacing)],
    [TAG.resolutionUnit, TYPE.short, [1]],
    [TAG.sampleFormat, TYPE.short, [dtype.startsWith('float') ? 3 : dtype.startsWith('int') ? 2 : 1]],
  ];
  return fields;
}

function directory(fields: Field[], start: number, big: boolean, last: boolean): Uint8Array {
  const [countBytes, entryBytes, pointerBytes] = big ? [8, 20, 8] : [2, 12, 4];
  const size = { [TYPE.ascii]: 1, [TYPE.short]: 2, [TYPE.long]: 4, [TYPE.rational]: 4, [TYPE.long8]: 8 };
  const extents = fields.map(([, type, values]) => values.length * size[type as keyof typeof size]);
  const fixed = countBytes + fields.length * entryBytes + pointerBytes;
  const padded = (length: number) => (length > pointerBytes ? length + (length % 2) : 0);
  const total = fixed + (fixed % 2) + extents.reduce((sum, length) => sum + padded(length), 0);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  const pointer = (at: number, value: number) =>
    big ? view.setBigUint64(at, BigInt(value), LITTLE) : view.setUint32(at, value, LITTLE);
  if (big) view.setBigUint64(0, BigInt(fields.length), LITTLE);
  else view.setUint16(0, fields.length, LITTLE);
  let outside = fixed + (fixed % 2);
  fields.forEach(([tag, type, values], i) => {
    const at = countBytes + i * entryBytes;
    view.setUint16(at, tag, LITTLE);
    view.setUint16(at + 2, type, LITTLE);
    pointer(at + 4, type === TYPE.rational ? values.length / 2 : values.length);
    let to = at + (big ? 12 : 8);
    if (extents[i] > pointerBytes) {
      pointer(to, start + outside);
      to = outside;
      outside += padded(extents[i]);
    }
    for (const value of values) {
      if (type === TYPE.ascii) view.setUint8(to, value);
      else if (type === TYPE.short) view.setUint16(to, value, LITTLE);
      else if (type === TYPE.long8) view.setBigUint64(to, BigInt(value), LITTLE);
      else view.setUint32(to, value, LITTLE);
      to += size[type as keyof typeof size];
    }
  });
  pointer(countBytes + fields.length * entryBytes, last ? 0 : start + total);
  return bytes;
}

/** A fraction of two 32-bit integers close to a positive number. */
function rational(value: number): [number, number] {
  if (!(value > 0) || !Number.isFinite(value)) return [1, 1];
  const denominator = value >= 1 ? Math.max(Math.floor((2 ** 32 - 1) / Math.ceil(value)), 1) : 2 ** 32 - 1;
  const rounded = value >= 1 && Number.isInteger(value) ? 1 : Math.min(denominator, 1_000_000_000);
  return [Math.min(Math.round(value * rounded), 2 ** 32 - 1), rounded];
}

/** The text by which ImageJ knows axes, unit and display range. */
function imageJDescription({ shape: [t, z, c] }: FileLayout, picture: Image, dtype: DType): Uint8Array {
  const { spacing, unit } = picture.metadata;
  const lines = [
    'ImageJ=1.11a',
    `images=${t * z * c}`,
    `channels=${c}`,
    `slices=${z}`,
    `frames=${t}`,
    'hyperstack=true',
    `mode=${c > 1 ? 'composite' : 'grayscale'}`,
    ...(unit ? [`unit=${unit}`] : []),
    ...(spacing && spacing.length === 3 ? [`spacing=${spacing[0]}`] : []),
    'loop=false',
    ...displayRange(picture, dtype),
    '',
  ];
  return new TextEncoder().encode(`${lines.join('\n')}\0`);
}

function displayRange({ data }: Image, dtype: DType): string[] {
  if (dtype === 'uint8' || data.length === 0) return [];
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < data.length; i++) {
    if (data[i] < min) min = data[i];
    if (data[i] > max) max = data[i];
  }
  return Number.isFinite(min) && Number.isFinite(max) ? [`min=${min}`, `max=${max}`] : [];
}
