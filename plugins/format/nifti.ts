/** NIfTI-1 and NIfTI-2 volumes, plain (`.nii`) and compressed (`.nii.gz`). */
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline as joined } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { AbortedError, isBiagraphError } from '../../core/errors.js';
import { type Image, type PixelArray, sizeOf } from '../../core/image/image.js';
import type { ImageHeader, RawImage } from '../../core/image/raw-image.js';
import { writeAside } from '../../core/job/write-aside.js';
import { defineFormat } from '../../core/plugin/define.js';
import { BEST_DEFLATE } from '../../core/tensor/weights/index.js';
import { FileBytes } from './file-bytes.js';
import { isNifti, NIFTI2, type NiftiHeader, parseNifti, TYPE_CODES, unitCode } from './nifti-header.js';
import { littleEndianBytes, toPixels } from './stored-number.js';

export const nifti = defineFormat({
  id: 'nifti',
  extensions: ['.nii', '.nii.gz'],
  detects: (head, file) => isNifti(head) || (head[0] === 0x1f && head[1] === 0x8b && /\.nii\.gz$/i.test(file)),
  read: (file, { signal }) => FileBytes.use(file, signal, readNifti),
  probe: (file) =>
    FileBytes.use(file, undefined, async (bytes): Promise<ImageHeader> => {
      const { shape, axes, dtype } = await readHeader(bytes);
      return { shape, axes, dtype };
    }),
  write: writeNifti,
});

async function readNifti(bytes: FileBytes): Promise<RawImage> {
  const header = await readHeader(bytes);
  const { shape, axes, dtype, number, littleEndian, start, metadata, scale } = header;
  const length = sizeOf(shape) * number.bytes;
  let data: PixelArray;
  try {
    data = toPixels(await readRange(bytes, start, length), number, littleEndian);
    if (scale) data = Float32Array.from(data, (value) => scale.slope * value + scale.intercept);
  } catch (cause) {
    if (isBiagraphError(cause)) throw cause;
    throw bytes.damaged(`the NIfTI volume cannot be read (${(cause as Error).message}).`, cause);
  }
  return { data, shape, axes, dtype, metadata };
}

async function readHeader(bytes: FileBytes): Promise<NiftiHeader> {
  const packed = await isPacked(bytes);
  const largest = packed ? bytes.size * BEST_DEFLATE : bytes.size;
  const head = await readRange(bytes, 0, Math.min(NIFTI2, largest), 348);
  let header: NiftiHeader;
  try {
    if (!isNifti(head)) throw new Error('it has no NIfTI header');
    header = parseNifti(head);
  } catch (cause) {
    throw bytes.damaged(`the NIfTI header is damaged: ${(cause as Error).message}.`, cause);
  }
  const needed = header.start + sizeOf(header.shape) * header.number.bytes;
  if (!(header.start >= 348 && needed <= largest))
    throw bytes.damaged(
      `the NIfTI header claims ${header.shape.join('×')} values from byte ${header.start}, ${needed} bytes in all, ` +
        `but the file has ${bytes.size}${packed ? ' compressed' : ''}. It is cut off or damaged; copy it again.`,
    );
  return header;
}

async function isPacked(bytes: FileBytes): Promise<boolean> {
  const [first, second] = await bytes.read(0, 2, 'the NIfTI header');
  return first === 0x1f && second === 0x8b;
}

/**
 * Bytes of the volume, unpacked where the file is compressed.
 *
 * @param least fewer bytes than asked for are enough down to this number.
 */
async function readRange(
  bytes: FileBytes,
  start: number,
  length: number,
  least = length,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!(await isPacked(bytes))) {
    const own = new Uint8Array(Math.max(least, Math.min(length, bytes.size - start)));
    await bytes.readInto(own, start, 'the volume');
    return own;
  }
  let own: Uint8Array<ArrayBuffer>;
  try {
    own = new Uint8Array(length);
  } catch (cause) {
    throw bytes.damaged(`its ${length} bytes of pixels do not fit into memory.`, cause);
  }
  let position = 0;
  // Together, so that the file is closed with the stream: the rest of it is not read.
  const unpacked = joined(createReadStream(bytes.file), createGunzip(), () => {});
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      const from = Math.max(start - position, 0);
      if (from < chunk.length) {
        const at = position + from - start;
        own.set(chunk.subarray(from, from + Math.min(chunk.length - from, length - at)), at);
      }
      position += chunk.length;
      if (position >= start + length) return own;
      bytes.checkStop();
    }
  } catch (cause) {
    if (bytes.signal?.aborted) throw new AbortedError(undefined, { cause });
    if (position - start < least)
      throw bytes.damaged(
        `the compressed volume breaks off after ${position} bytes (${(cause as Error).message}). Copy it again from its source.`,
        cause,
      );
  }
  if (position - start < least)
    throw bytes.damaged(`the volume ends after ${position} bytes, ${start + least} are needed. Copy it again.`);
  return own.subarray(0, position - start);
}

/**
 * Writes NIfTI-2 (its sides may be longer than 32767) with spacing and unit; channels become the fifth axis, that of
 * vectors. Compressed when the name ends in `.gz`.
 */
async function writeNifti(file: string, picture: Image): Promise<void> {
  const head = headerOf(picture);
  const planes = function* () {
    yield head;
    const { data, shape } = picture;
    const channels = shape.at(-1)!;
    if (channels === 1) {
      yield littleEndianBytes(data);
      return;
    }
    for (let channel = 0; channel < channels; channel++) {
      const plane = data.slice(0, data.length / channels);
      for (let i = 0; i < plane.length; i++) plane[i] = data[i * channels + channel];
      yield littleEndianBytes(plane);
    }
  };
  await writeAside(file, async (temporary) => {
    const target = createWriteStream(temporary);
    if (/\.gz$/i.test(file)) await pipeline(planes, createGzip(), target);
    else await pipeline(planes, target);
  });
}

function headerOf({ shape, dtype, metadata, data }: Image): Buffer {
  const head = Buffer.alloc(544);
  head.writeInt32LE(NIFTI2, 0);
  head.write('n+2\0\r\n\x1a\n', 4, 'latin1');
  head.writeInt16LE(TYPE_CODES[dtype], 12);
  head.writeInt16LE(8 * data.BYTES_PER_ELEMENT, 14);
  const channels = shape.at(-1)!;
  const sides = shape.slice(0, -1).reverse();
  const dims = channels > 1 ? [...sides, ...Array<number>(4 - sides.length).fill(1), channels] : sides;
  [dims.length, ...dims, ...Array<number>(7 - dims.length).fill(1)].forEach((side, i) => {
    head.writeBigInt64LE(BigInt(side), 16 + 8 * i);
  });
  const spacing = [...(metadata.spacing ?? sides.map(() => 1))].reverse();
  [1, ...spacing, ...Array<number>(7 - spacing.length).fill(1)].forEach((side, i) => {
    head.writeDoubleLE(side, 104 + 8 * i);
  });
  head.writeBigInt64LE(544n, 168);
  head.writeDoubleLE(1, 176);
  head.writeInt32LE(unitCode(metadata.unit), 500);
  if (channels > 1) head.writeInt32LE(1007, 504);
  return head;
}
