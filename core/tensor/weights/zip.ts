/**
 * Zip archives read entry by entry from their place in the file, zip64 included.
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 *
 * Nothing in the directory is believed: entries must lie inside the file, must not share bytes, and may not unpack to
 * more than a multiple of the file, whatever they claim.
 */
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { FormatError } from '../../errors.js';
import { crc32 } from './crc32.js';
import type { PositionedFile } from './positioned-file.js';
import { shown } from './shown.js';

const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_ENTRY = 0x04034b50;
const LOCAL_ENTRY_BYTES = 30;
const LONGEST_DIRECTORY = 16 * 2 ** 20;
const STORED = 0;
const DEFLATED = 8;
/** Deflate cannot do better than 1032 to 1. */
export const BEST_DEFLATE = 1032;
/** Weights hardly compress; what unpacks beyond this is a bomb. */
const UNPACKED_PER_FILE_BYTE = 20;
const UNPACKED_ALWAYS = 64 * 2 ** 20;

const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

interface ZipEntry {
  name: string;
  /** In bytes. */
  nameLength: number;
  method: number;
  encrypted: boolean;
  crc: number;
  packed: number;
  unpacked: number;
  /** Where the local header starts. */
  start: number;
}

export class ZipArchive {
  private unpacked = 0;

  private constructor(
    private readonly file: PositionedFile,
    private readonly entries: ReadonlyMap<string, ZipEntry>,
    private readonly directoryStart: number,
    private readonly unpackedPerByte: number,
  ) {}

  /**
   * Reads the central directory.
   *
   * @param unpackedPerByte how far all entries together may unpack, in bytes for each byte of the file.
   * @throws FormatError when it is damaged or lies.
   */
  static async open(file: PositionedFile, unpackedPerByte = UNPACKED_PER_FILE_BYTE): Promise<ZipArchive> {
    const { start, length, count } = await findDirectory(file);
    if (length > LONGEST_DIRECTORY || count * DIRECTORY_ENTRY_BYTES > length || start + length > file.size)
      throw damaged(`the directory claims ${count} entries in ${length} bytes at ${start}, the file has ${file.size}`);
    const entries = parseDirectory(await file.read(start, length), count);
    const packed = [...entries.values()].reduce((sum, entry) => sum + entry.packed, 0);
    if (packed > file.size) throw damaged(`its entries claim ${packed} bytes, the file has ${file.size}`);
    return new ZipArchive(file, entries, start, unpackedPerByte);
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  /** Unpacked bytes of an entry by the directory; undefined when there is none of that name. */
  sizeOf(name: string): number | undefined {
    return this.entries.get(name)?.unpacked;
  }

  /** One entry, unpacked and compared with its checksum. @throws FormatError */
  async read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.entries.get(name);
    if (!entry) throw damaged(`it has no entry ${shown(name)}`);
    const packed = await this.file.read(await this.dataStart(entry), entry.packed);
    const bytes = entry.method === STORED ? packed : await this.inflate(entry, packed);
    if (crc32(bytes) !== entry.crc) throw damaged(`the checksum of entry ${shown(name)} is wrong`);
    return bytes;
  }

  private async dataStart(entry: ZipEntry): Promise<number> {
    const name = shown(entry.name);
    if (entry.encrypted) throw damaged(`entry ${name} is encrypted`);
    if (entry.method !== STORED && entry.method !== DEFLATED)
      throw damaged(`entry ${name} is packed by method ${entry.method}; stored and deflated are read`);
    const header = await this.file.read(entry.start, LOCAL_ENTRY_BYTES + entry.nameLength);
    const local = viewOf(header);
    if (local.getUint32(0, true) !== LOCAL_ENTRY || local.getUint16(8, true) !== entry.method)
      throw damaged(`entry ${name} is not where the directory says`);
    const start = entry.start + header.length + local.getUint16(28, true);
    const sameLength = local.getUint16(26, true) === entry.nameLength;
    if (!sameLength || decode(header.subarray(LOCAL_ENTRY_BYTES)) !== entry.name)
      throw damaged(`entry ${name} has another name in its own header`);
    if (start + entry.packed > this.directoryStart) throw damaged(`entry ${name} reaches into the directory`);
    return start;
  }

  private async inflate(entry: ZipEntry, packed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    this.unpacked += entry.unpacked;
    const allowed = UNPACKED_ALWAYS + this.unpackedPerByte * this.file.size;
    if (entry.unpacked > BEST_DEFLATE * (entry.packed + 1) || this.unpacked > allowed)
      throw damaged(`entry ${shown(entry.name)} claims to unpack from ${entry.packed} to ${entry.unpacked} bytes`);
    let bytes: Buffer;
    try {
      bytes = await inflate(packed, { maxOutputLength: Math.max(1, entry.unpacked) });
    } catch (cause) {
      throw damaged(`entry ${shown(entry.name)} cannot be unpacked (${(cause as Error).message})`, cause);
    }
    if (bytes.length !== entry.unpacked)
      throw damaged(`entry ${shown(entry.name)} unpacks to ${bytes.length} instead of ${entry.unpacked} bytes`);
    // A copy of its own: Node may place small buffers at odd addresses inside a shared one.
    return Uint8Array.from(bytes);
  }
}

async function findDirectory(file: PositionedFile): Promise<{ start: number; length: number; count: number }> {
  const tailStart = Math.max(0, file.size - END_BYTES - LONGEST_COMMENT);
  const tail = viewOf(await file.read(tailStart, file.size - tailStart));
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
    const found = {
      count: tail.getUint16(at + 10, true),
      length: tail.getUint32(at + 12, true),
      start: tail.getUint32(at + 16, true),
    };
    return found.count === 0xffff || found.length === 0xffffffff || found.start === 0xffffffff
      ? ((await findDirectory64(file, tailStart + at)) ?? found)
      : found;
  }
  throw damaged('it has no end record, so it was cut off or is no zip archive');
}

async function findDirectory64(
  file: PositionedFile,
  end: number,
): Promise<{ start: number; length: number; count: number } | undefined> {
  if (end < 20) return undefined;
  const locator = viewOf(await file.read(end - 20, 20));
  if (locator.getUint32(0, true) !== END64_LOCATOR) return undefined;
  const record = viewOf(await file.read(wholeNumber(locator, 8), 56));
  if (record.getUint32(0, true) !== END64) throw damaged('its zip64 end record is not where it should be');
  return { count: wholeNumber(record, 32), length: wholeNumber(record, 40), start: wholeNumber(record, 48) };
}

function parseDirectory(bytes: Uint8Array, count: number): Map<string, ZipEntry> {
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + DIRECTORY_ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY)
      throw damaged(`entry ${i + 1} of ${count} of its directory is broken`);
    const nameEnd = at + DIRECTORY_ENTRY_BYTES + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged(`entry ${i + 1} of ${count} of its directory is broken`);
    const entry: ZipEntry = {
      name: decode(bytes.subarray(at + DIRECTORY_ENTRY_BYTES, nameEnd)),
      nameLength: view.getUint16(at + 28, true),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
    };
    widen(entry, view, nameEnd, extraEnd);
    if (entry.method === STORED && entry.packed !== entry.unpacked)
      throw damaged(`the stored entry ${shown(entry.name)} has two sizes, ${entry.packed} and ${entry.unpacked}`);
    // Two readers could each believe in another one of them.
    if (entries.has(entry.name)) throw damaged(`it has two entries ${shown(entry.name)}`);
    entries.set(entry.name, entry);
    at = next;
  }
  return entries;
}

/** Takes the 64-bit fields from the zip64 extra field, for those that do not fit into 32 bits. */
function widen(entry: ZipEntry, view: DataView, from: number, to: number): void {
  for (let at = from; at + 4 <= to; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let field = at + 4;
      for (const key of ['unpacked', 'packed', 'start'] as const) {
        if (entry[key] !== 0xffffffff) continue;
        if (field + 8 > Math.min(end, to)) throw damaged(`the sizes of entry ${shown(entry.name)} are incomplete`);
        entry[key] = wholeNumber(view, field);
        field += 8;
      }
    }
    at = end;
  }
}

function wholeNumber(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(`it claims a size of ${value} bytes`);
  return Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function damaged(problem: string, cause?: unknown): FormatError {
  return new FormatError(`not a sound zip archive: ${problem}. Fetch or write it again.`, { cause });
}
