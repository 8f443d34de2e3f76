/**
 * NumPy arrays as images: `.npy`, and `.npz` archives that hold one array.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { open } from 'node:fs/promises';
import { FormatError } from '../../core/errors.js';
import { transpose } from '../../core/image/axes.js';
import type { OpenedImage } from '../../core/image/format.js';
import { bytesPerValue, type Image, type PixelArray, sizeOf } from '../../core/image/image.js';
import type { ImageHeader, RawImage } from '../../core/image/raw-image.js';
import { writeAside } from '../../core/job/write-aside.js';
import { defineFormat } from '../../core/plugin/define.js';
import {
  BEST_DEFLATE,
  NPY_START,
  type NpyHeader,
  PositionedFile,
  readNpyHeader,
  ZipArchive,
} from '../../core/tensor/weights/index.js';
import { FileBytes } from './file-bytes.js';
import {
  dtypeOfStored,
  littleEndianBytes,
  NUMPY_TYPES,
  type StoredNumber,
  toNative,
  toPixels,
} from './stored-number.js';

export const npy = defineFormat({
  id: 'npy',
  extensions: ['.npy'],
  detects: (head) => NPY_START.every((byte, i) => head[i] === byte),
  read: (file, { signal }) => FileBytes.use(file, signal, (bytes) => readArray(file, sourceOf(bytes))),
  open: openNpy,
  probe: (file) => FileBytes.use(file, undefined, async (bytes) => headerOf(await arrayHeader(file, sourceOf(bytes)))),
  write: writeNpy,
});

export const npz = defineFormat({
  id: 'npz',
  extensions: ['.npz'],
  detects: (head, file) => head[0] === 0x50 && head[1] === 0x4b && /\.npz$/i.test(file),
  read: (file, { signal }) => inArchive(file, signal, (source) => readArray(file, source)),
  probe: (file) => inArchive(file, undefined, async (source) => headerOf(await arrayHeader(file, source))),
});

/** The bytes of one array. */
interface Source {
  size: number;
  /** Bytes of its own, which the caller may change. */
  read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Only arrays in C order of numbers that are kept as they are. */
function openNpy<T>(
  file: string,
  signal: AbortSignal | undefined,
  use: (opened: OpenedImage) => Promise<T>,
): Promise<T | undefined> {
  return FileBytes.use(file, signal, async (bytes) => {
    const header = await arrayHeader(file, sourceOf(bytes));
    const { start, number, little, fortran } = header;
    const dtype = dtypeOfStored(number);
    if (fortran || number.kind === 'bool' || number.bytes !== bytesPerValue(dtype)) return undefined;
    return use({
      ...headerOf(header),
      metadata: {},
      fill: (data) =>
        bytes.readInto(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start, 'the array', (piece) =>
          toNative(piece, number.bytes, little),
        ),
    });
  });
}

interface ArrayHeader extends NpyHeader {
  number: StoredNumber;
  little: boolean;
}

function headerOf({ shape, number }: ArrayHeader): ImageHeader {
  return { shape, dtype: dtypeOfStored(number) };
}

async function readArray(file: string, source: Source): Promise<RawImage> {
  const { shape, number, little, fortran, start } = await arrayHeader(file, source);
  const stored = await source.read(start, sizeOf(shape) * number.bytes);
  let data: PixelArray;
  try {
    data = toPixels(stored, number, little);
  } catch (cause) {
    throw unreadable(file, (cause as Error).message, cause);
  }
  // The first axis moves fastest: the same numbers are the reversed array in C order.
  const order = shape.map((_, axis) => shape.length - 1 - axis);
  if (fortran) data = transpose(data, [...shape].reverse(), order);
  return { data, shape, dtype: dtypeOfStored(number), metadata: {} };
}

/** @throws FormatError when the array holds no real numbers or is not whole. */
async function arrayHeader(file: string, { read, size }: Source): Promise<ArrayHeader> {
  const header = await naming(file, () => readNpyHeader(read, size));
  const { descr, shape, start } = header;
  const [, order, kind, bytes] = /^([<>|=]?)([biuf])([1248])$/.exec(descr) ?? [];
  const kinds = { b: 'bool', i: 'int', u: 'uint', f: 'float' } as const;
  if (!kind) throw unreadable(file, `its numbers are of type '${descr}', not integers or floats`);
  const number = { kind: kinds[kind as keyof typeof kinds], bytes: Number(bytes) } as StoredNumber;
  const needed = start + sizeOf(shape) * number.bytes;
  if (!(needed <= size))
    throw unreadable(file, `shape ${shape.join('×')} needs ${needed} bytes, there are ${size}; it is cut off`);
  return { ...header, number, little: order !== '>' };
}

function sourceOf(bytes: FileBytes): Source {
  return {
    size: bytes.size,
    async read(at, length) {
      bytes.require(at, length, 'the array');
      const own = new Uint8Array(length);
      await bytes.readInto(own, at, 'the array');
      return own;
    },
  };
}

/** Opens the only array of an archive. @throws FormatError when there is none, or several. */
async function inArchive<T>(
  file: string,
  signal: AbortSignal | undefined,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  const opened = await naming(file, () => PositionedFile.open(file, signal));
  try {
    return await naming(file, async () => {
      const archive = await ZipArchive.open(opened, BEST_DEFLATE);
      const names = archive.names.filter((name) => name.endsWith('.npy'));
      if (names.length !== 1)
        throw unreadable(
          file,
          `it holds ${names.length} arrays (${names.slice(0, 5).join(', ') || 'none'}); save the one image alone`,
        );
      const bytes = await archive.read(names[0]);
      return use({ size: bytes.length, read: async (at, length) => bytes.slice(at, at + length) });
    });
  } finally {
    await opened.close();
  }
}

/** Errors that say what is wrong with the content get the name of the file. */
async function naming<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FormatError) || error.message.startsWith(file)) throw error;
    throw new FormatError(`${file}: ${error.message}`, { where: { file }, cause: error });
  }
}

function unreadable(file: string, what: string, cause?: unknown): FormatError {
  return new FormatError(`${file}: the NumPy array cannot be read as an image: ${what}.`, { where: { file }, cause });
}

/** Writes version 1.0 in C order; a single channel has no axis of its own, so that NumPy sees a plain plane or stack. */
async function writeNpy(file: string, { data, shape, dtype }: Image): Promise<void> {
  const sides = shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  const text = `{'descr': '${NUMPY_TYPES[dtype]}', 'fortran_order': False, 'shape': (${sides.join(', ')}), }`;
  // The numbers begin at a multiple of 64, as NumPy writes them.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const head = Buffer.from(`\x93NUMPY\x01\x00\0\0${text.padEnd(length - 1)}\n`, 'latin1');
  head.writeUInt16LE(length, 8);
  await writeAside(file, async (temporary) => {
    const handle = await open(temporary, 'w');
    try {
      await handle.appendFile(head);
      await handle.appendFile(littleEndianBytes(data));
    } finally {
      await handle.close();
    }
  });
}
