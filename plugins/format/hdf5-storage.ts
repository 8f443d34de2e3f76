/**
 * Where the values of an HDF5 dataset lie in its file, so that they can be read without the library: quicker, and by several
 * threads (https://docs.hdfgroup.org/hdf5/develop/_f_m_t3.html, sections III.A.1, IV.A.1, IV.A.2.i). Only the usual storage is
 * known: whole numbers of eight-byte addresses, values in one piece, or chunks in a B-tree of version 1, all of them there.
 */
import { readSync } from 'node:fs';

/** Bytes from the start of the file. */
export type Hdf5Storage =
  | { kind: 'piece'; at: number }
  /** Of each chunk, the last axis fastest: where it lies, how many bytes it takes, and a bit for each filter that was left out. */
  | { kind: 'chunks'; at: Float64Array; bytes: Float64Array; skipped: Uint32Array };

/** What is asked for is not to be had here; the library reads the dataset. */
class Unknown extends Error {}

const MOST_NODES = 100_000;
const MOST_DEPTH = 32;
const LAYOUT = 8;
const CONTINUATION = 16;

/**
 * @param header address of the dataset's object header.
 * @returns undefined for storage of another kind, or a file that is damaged.
 */
export function findStorage(
  descriptor: number,
  header: number,
  shape: readonly number[],
  chunk: readonly number[] | null,
): Hdf5Storage | undefined {
  try {
    const file = new Bytes(descriptor);
    file.requireSuperblock();
    const layout = file.layout(header);
    // Version, class of the layout.
    if (layout.getUint8(0) !== 3) return undefined;
    if (layout.getUint8(1) === 1 && !chunk) return { kind: 'piece', at: address(layout, 2) };
    if (layout.getUint8(1) !== 2 || !chunk || layout.getUint8(2) !== shape.length + 1) return undefined;
    const grid = shape.map((side, axis) => Math.ceil(side / chunk[axis]));
    const count = grid.reduce((product, side) => product * side, 1);
    const found = { at: new Float64Array(count), bytes: new Float64Array(count), skipped: new Uint32Array(count) };
    const place: Place = (start, at, bytes, skipped) => {
      const index = start.reduce((sum, from, axis) => sum * grid[axis] + from / chunk[axis], 0);
      if (start.some((from, axis) => from % chunk[axis] !== 0 || from >= shape[axis]) || found.bytes[index] > 0)
        throw new Unknown();
      found.at[index] = at;
      found.bytes[index] = bytes;
      found.skipped[index] = skipped;
    };
    file.chunkTree(address(layout, 3), shape.length, place);
    return found.bytes.every((bytes) => bytes > 0) ? { kind: 'chunks', ...found } : undefined;
  } catch (error) {
    // Numbers outside of what was read are of damaged files.
    if (error instanceof Unknown || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Takes the first element, the address and the bytes of a chunk, and bits of the filters that were left out. */
type Place = (start: readonly number[], at: number, bytes: number, skipped: number) => void;

class Bytes {
  #nodes = 0;

  constructor(private readonly descriptor: number) {}

  /** Addresses and lengths of eight bytes, which count from the start of the file. */
  requireSuperblock(): void {
    const block = this.read(0, 48);
    const version = block.getUint8(8);
    const [sizes, base] = version <= 1 ? [13, version === 0 ? 24 : 28] : [9, 12];
    if (version > 3 || block.getUint8(sizes) !== 8 || block.getUint8(sizes + 1) !== 8) throw new Unknown();
    if (block.getBigUint64(base, true) !== 0n) throw new Unknown();
  }

  /** The message of an object header that tells the layout of the values. */
  layout(header: number): DataView {
    const start = this.read(header, 64);
    const second = text(start, 0) === 'OHDR';
    const blocks: { at: number; length: number }[] = [];
    let order = 0;
    if (second) {
      const flags = start.getUint8(5);
      const sizeAt = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
      const width = 1 << (flags & 3);
      const length = width === 8 ? address(start, sizeAt) : uint(start, sizeAt, width);
      order = flags & 0x04 ? 2 : 0;
      blocks.push({ at: header + sizeAt + width, length });
    } else {
      if (start.getUint8(0) !== 1) throw new Unknown();
      blocks.push({ at: header + 16, length: start.getUint32(8, true) });
    }
    const head = second ? 4 + order : 8;
    for (let block = blocks.shift(); block; block = blocks.shift()) {
      if (++this.#nodes > MOST_NODES) throw new Unknown();
      const view = this.read(block.at, block.length);
      for (let at = 0; at + head <= block.length; ) {
        const type = second ? view.getUint8(at) : view.getUint16(at, true);
        const size = view.getUint16(at + (second ? 1 : 2), true);
        const data = new DataView(view.buffer, view.byteOffset + at + head, size);
        if (type === LAYOUT) return data;
        if (type === CONTINUATION) {
          const [from, length] = [address(data, 0), address(data, 8)];
          // Further blocks of version 2 have a signature before and a checksum behind.
          blocks.push(second ? { at: from + 4, length: length - 8 } : { at: from, length });
        }
        at += head + size;
      }
    }
    throw new Unknown();
  }

  /** Calls `place` for each chunk. */
  chunkTree(root: number, axes: number, place: Place, depth = 0): void {
    if (++this.#nodes > MOST_NODES || depth > MOST_DEPTH) throw new Unknown();
    const head = this.read(root, 24);
    if (text(head, 0) !== 'TREE' || head.getUint8(4) !== 1) throw new Unknown();
    const [level, count] = [head.getUint8(5), head.getUint16(6, true)];
    // A key: bytes of the chunk, filters that were left out, the place along each axis and within the value.
    const key = 8 + 8 * (axes + 1);
    const entries = this.read(root + 24, count * (key + 8));
    for (let entry = 0, at = 0; entry < count; entry++, at += key + 8) {
      const child = address(entries, at + key);
      if (level > 0) this.chunkTree(child, axes, place, depth + 1);
      else {
        const start = Array.from({ length: axes }, (_, axis) => address(entries, at + 8 + 8 * axis));
        place(start, child, entries.getUint32(at, true), entries.getUint32(at + 4, true));
      }
    }
  }

  private read(at: number, length: number): DataView {
    if (length < 0 || length > 2 ** 24) throw new Unknown();
    const bytes = new Uint8Array(length);
    const count = readSync(this.descriptor, bytes, 0, length, at);
    return new DataView(bytes.buffer, 0, count);
  }
}

function address(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Unknown();
  return Number(value);
}

function uint(view: DataView, at: number, bytes: number): number {
  return bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}

function text(view: DataView, at: number): string {
  return String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(at + i)));
}
