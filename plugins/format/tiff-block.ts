/** From the stored bytes of a strip or tile to sample values. */

import { endianness } from 'node:os';
import { allocate, type DType, type PixelArray } from '../../core/image/image.js';
import { fromHalf, narrow, toNative } from './stored-number.js';
import { decompress } from './tiff-codec.js';
import { blockRowBytes, type Page } from './tiff-page.js';

/**
 * Decodes a block of `rows` rows into values, `rows × blockWidth × samples` (one sample where planar).
 * Throws an Error that says what is wrong with the data.
 *
 * @param alone whether the thread has nothing else to do meanwhile.
 */
export async function readBlock(
  data: Uint8Array,
  page: Page,
  rows: number,
  littleEndian: boolean,
  alone = false,
): Promise<PixelArray> {
  const rowBytes = blockRowBytes(page);
  const stored = page.reversedBits ? Uint8Array.from(data, reverseBits) : data;
  const bytes = ownBytes(await decompress(page.compression, stored, rows * rowBytes, alone), data);
  const perPixel = page.planar ? 1 : page.samples;
  const values = rows * page.blockWidth * perPixel;
  if (page.predictor === 3) undoFloatPredictor(bytes, rows, rowBytes, perPixel, page.bits / 8);
  else if (page.bits > 8 && page.bits % 8 === 0) toNative(bytes, page.bits / 8, littleEndian);
  if (page.predictor === 2) undoDifferences(bytes, rows, page.blockWidth, perPixel, page.bits);
  if (page.bits % 8 !== 0 || page.bits === 24) return unpackBits(bytes, page, rows, perPixel, littleEndian);
  if (page.bits === 64 && page.sampleFormat !== 'float') return narrow(bytes, page.sampleFormat === 'int');
  if (page.bits === 16 && page.sampleFormat === 'float')
    return fromHalf(new Uint16Array(bytes.buffer, bytes.byteOffset, values));
  return viewAs(page.dtype, bytes, values);
}

/** Bytes that may be changed in place and viewed as any number: themselves, or a copy where they are another's or unaligned. */
function ownBytes(bytes: Uint8Array, others: Uint8Array): Uint8Array<ArrayBuffer> {
  const own = bytes.buffer instanceof ArrayBuffer && bytes.buffer !== others.buffer && bytes.byteOffset % 8 === 0;
  return own ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

function viewAs(dtype: DType, { buffer, byteOffset }: Uint8Array<ArrayBuffer>, values: number): PixelArray {
  const Numbers = allocate(dtype, 0).constructor as new (buffer: ArrayBuffer, at: number, length: number) => PixelArray;
  return new Numbers(buffer, byteOffset, values);
}

function reverseBits(byte: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) result |= 0x80 >> bit;
  return result;
}

function undoDifferences(
  bytes: Uint8Array<ArrayBuffer>,
  rows: number,
  width: number,
  samples: number,
  bits: number,
): void {
  const row = width * samples;
  const values =
    bits === 8
      ? bytes
      : bits === 16
        ? new Uint16Array(bytes.buffer, bytes.byteOffset, rows * row)
        : bits === 32
          ? new Uint32Array(bytes.buffer, bytes.byteOffset, rows * row)
          : new BigUint64Array(bytes.buffer, bytes.byteOffset, rows * row);
  if (values instanceof BigUint64Array) {
    for (let y = 0; y < rows; y++)
      for (let i = y * row + samples; i < (y + 1) * row; i++) values[i] += values[i - samples];
    return;
  }
  for (let y = 0; y < rows; y++)
    for (let i = y * row + samples; i < (y + 1) * row; i++) values[i] += values[i - samples];
}

/** Predictor 3: rows are split into planes of equal significance, highest first, then differenced byte by byte. */
function undoFloatPredictor(bytes: Uint8Array, rows: number, rowBytes: number, samples: number, size: number): void {
  const count = rowBytes / size;
  const little = endianness() === 'LE';
  const copy = new Uint8Array(rowBytes);
  for (let y = 0; y < rows; y++) {
    const row = bytes.subarray(y * rowBytes, (y + 1) * rowBytes);
    for (let i = samples; i < rowBytes; i++) row[i] += row[i - samples];
    copy.set(row);
    for (let i = 0; i < count; i++)
      for (let b = 0; b < size; b++) row[i * size + (little ? size - 1 - b : b)] = copy[b * count + i];
  }
}

/** Samples that do not fill whole bytes: high bits first, rows start on a byte. 24 bits follow the byte order. */
function unpackBits(bytes: Uint8Array, page: Page, rows: number, samples: number, littleEndian: boolean): PixelArray {
  const row = page.blockWidth * samples;
  const rowBytes = blockRowBytes(page);
  const result = allocate(page.dtype, rows * row);
  const { bits } = page;
  for (let y = 0, to = 0; y < rows; y++)
    for (let i = 0; i < row; i++) {
      let value = 0;
      const start = y * rowBytes * 8 + i * bits;
      if (bits === 24 && littleEndian) {
        const at = start / 8;
        value = bytes[at] + bytes[at + 1] * 2 ** 8 + bytes[at + 2] * 2 ** 16;
      } else
        for (let bit = start; bit < start + bits; bit++) value = value * 2 + ((bytes[bit >> 3] >> (7 - (bit & 7))) & 1);
      result[to++] = value;
    }
  return result;
}
