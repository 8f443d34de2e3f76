/**
 * The directories of a TIFF or BigTIFF file: tags of every page, read without trusting the file.
 *
 * TIFF 6.0 (Adobe, 1992) and the BigTIFF proposal.
 */

import type { FileBytes } from './file-bytes.js';

/** Tags that Biagraph reads. */
export const TAG = {
  newSubfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  description: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  subsampling: 530,
} as const;

const WANTED = new Set<number>(Object.values(TAG));

/** Bytes of one value by TIFF field type. */
const TYPE_BYTES: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** Values by tag: numbers (a rational is its quotient), text, or raw bytes for undefined types. */
export type Directory = ReadonlyMap<number, readonly number[] | string | Uint8Array>;

export interface Directories {
  littleEndian: boolean;
  pages: Directory[];
}

/** True for the first bytes of a TIFF or BigTIFF file. */
export function isTiff(head: Uint8Array): boolean {
  const [a, b, c, d] = head;
  return (
    (a === 0x49 && b === 0x49 && (c === 42 || c === 43) && d === 0) ||
    (a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43))
  );
}

/** Reads all directories in the order of the file's chain. Throws FormatError for damaged structure. */
export async function readDirectories(bytes: FileBytes): Promise<Directories> {
  const head = await bytes.read(0, Math.min(16, bytes.size), 'the TIFF header');
  if (!isTiff(head)) throw bytes.damaged(`expected a TIFF file, found ${contentName(head)}. Give it its true ending.`);
  const littleEndian = head[0] === 0x49;
  const big = head[littleEndian ? 2 : 3] === 43;
  bytes.require(0, big ? 16 : 8, 'the TIFF header');
  const view = viewOf(head);
  const pages: Directory[] = [];
  const seen = new Set<number>();
  let offset = big ? Number(view.getBigUint64(8, littleEndian)) : view.getUint32(4, littleEndian);
  while (offset !== 0) {
    if (seen.has(offset)) throw bytes.damaged('the list of pages runs in a circle. The file is damaged.');
    seen.add(offset);
    bytes.checkStop();
    const { directory, next } = await readDirectory(bytes, offset, littleEndian, big, pages.length);
    pages.push(directory);
    offset = next;
  }
  if (pages.length === 0) throw bytes.damaged('the TIFF file has no pages.');
  return { littleEndian, pages };
}

async function readDirectory(bytes: FileBytes, offset: number, littleEndian: boolean, big: boolean, page: number) {
  const what = `the header of page ${page}`;
  const [countBytes, entryBytes, pointerBytes] = big ? [8, 20, 8] : [2, 12, 4];
  const head = viewOf(await bytes.read(offset, countBytes, what));
  const entries = big ? Number(head.getBigUint64(0, littleEndian)) : head.getUint16(0, littleEndian);
  const first = offset + countBytes;
  const block = viewOf(await bytes.read(first, entries * entryBytes, what));
  const directory = new Map<number, readonly number[] | string | Uint8Array>();
  const strange: number[] = [];
  for (let entry = 0; entry < entries; entry++) {
    const at = entry * entryBytes;
    const tag = block.getUint16(at, littleEndian);
    if (!WANTED.has(tag)) continue;
    const type = block.getUint16(at + 2, littleEndian);
    const count = big ? Number(block.getBigUint64(at + 4, littleEndian)) : block.getUint32(at + 4, littleEndian);
    const length = count * (TYPE_BYTES[type] ?? 0);
    if (length === 0) {
      strange.push(tag);
      continue;
    }
    const valueAt = at + (big ? 12 : 8);
    const inline = length <= pointerBytes;
    const pointer = big ? Number(block.getBigUint64(valueAt, littleEndian)) : block.getUint32(valueAt, littleEndian);
    const view = inline ? block : viewOf(await bytes.read(pointer, length, `tag ${tag} of page ${page}`));
    directory.set(tag, values(view, inline ? valueAt : 0, type, count, littleEndian));
  }
  const end = viewOf(await bytes.read(first + entries * entryBytes, pointerBytes, what));
  if (directory.size === 0)
    throw bytes.damaged(
      `page ${page} has none of the tags of an image${strange.length ? ` (tag ${strange[0]} is unreadable)` : ''}.`,
    );
  return { directory, next: big ? Number(end.getBigUint64(0, littleEndian)) : end.getUint32(0, littleEndian) };
}

function values(view: DataView, at: number, type: number, count: number, little: boolean) {
  if (type === 2) {
    const text = new Uint8Array(view.buffer, view.byteOffset + at, count);
    const end = text.indexOf(0);
    return decodeText(end < 0 ? text : text.subarray(0, end));
  }
  if (type === 7) return new Uint8Array(view.buffer, view.byteOffset + at, count).slice();
  const step = TYPE_BYTES[type];
  const found = new Array<number>(count);
  for (let i = 0; i < count; i++) found[i] = number(view, at + i * step, type, little);
  return found;
}

function number(view: DataView, at: number, type: number, little: boolean): number {
  switch (type) {
    case 1:
      return view.getUint8(at);
    case 3:
      return view.getUint16(at, little);
    case 5:
      return view.getUint32(at, little) / view.getUint32(at + 4, little);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, little);
    case 9:
      return view.getInt32(at, little);
    case 10:
      return view.getInt32(at, little) / view.getInt32(at + 4, little);
    case 11:
      return view.getFloat32(at, little);
    case 12:
      return view.getFloat64(at, little);
    case 16:
    case 18:
      return Number(view.getBigUint64(at, little));
    case 17:
      return Number(view.getBigInt64(at, little));
    default:
      return view.getUint32(at, little);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const latin1 = new TextDecoder('latin1');

/** UTF-8 where it is, else Latin-1, which old ImageJ versions write for µ. */
function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A name for content that turned out not to be a TIFF. */
function contentName(head: Uint8Array): string {
  const start = Buffer.from(head).toString('latin1');
  if (start.startsWith('\x89PNG')) return 'a PNG image';
  if (start.startsWith('\xff\xd8\xff')) return 'a JPEG image';
  if (start.startsWith('\x89HDF')) return 'an HDF5 file';
  if (start.startsWith('PK')) return 'a zip archive';
  if (start.startsWith('\x1f\x8b')) return 'a gzip archive';
  if (start.startsWith('BM')) return 'a BMP image';
  if (/^\s*(<!doctype|<html)/i.test(start)) return 'a web page';
  return head.every((byte) => (byte >= 32 && byte < 127) || (byte >= 9 && byte <= 13)) ? 'text' : 'other content';
}
