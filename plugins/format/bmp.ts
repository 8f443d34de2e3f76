/** Windows bitmaps without compression, which sharp cannot read. */

import { type PixelArray, sizeOf } from '../../core/image/image.js';
import type { FileBytes } from './file-bytes.js';

export interface BmpHeader {
  shape: number[];
  offset: number;
  bits: number;
  rowBytes: number;
  /** Rows run upwards, as usual in this format. */
  upwards: boolean;
  /** Blue, green, red and a spare byte per entry. */
  palette: Uint8Array;
  /** All palette colours are grey: the image has one channel. */
  grey: boolean;
}

/** Reads the header. Throws FormatError for damaged or compressed files. */
export async function readBmpHeader(bytes: FileBytes): Promise<BmpHeader> {
  const head = await bytes.read(0, Math.min(54, bytes.size), 'the BMP header');
  if (head.length < 54) throw bytes.damaged('the BMP header is cut off. Copy the file again from its source.');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const headerBytes = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const height = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const colours = view.getUint32(46, true);
  if (headerBytes < 40 || width < 1 || height === 0)
    throw bytes.damaged(`a BMP header of ${headerBytes} bytes with ${width}×${height} pixels cannot be read.`);
  // Bit fields (3) of 32-bit files are blue, green, red, alpha in practice.
  if (![1, 4, 8, 24, 32].includes(bits) || !(compression === 0 || (compression === 3 && bits === 32)))
    throw bytes.damaged(`BMP with ${bits} bits and compression ${compression} cannot be read. Save it as PNG.`);
  const rows = Math.abs(height);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const offset = view.getUint32(10, true);
  bytes.require(offset, rows * rowBytes, 'the pixels');
  const entries = bits > 8 ? 0 : Math.min(colours || 2 ** bits, 2 ** bits);
  const palette = (await bytes.read(14 + headerBytes, entries * 4, 'the palette')).slice();
  let grey = entries > 0;
  for (let i = 0; i < palette.length; i += 4) grey &&= palette[i] === palette[i + 1] && palette[i] === palette[i + 2];
  return { shape: grey ? [rows, width] : [rows, width, 3], offset, bits, rowBytes, upwards: height > 0, palette, grey };
}

/** Pixels as `[y, x]` grey or `[y, x, 3]` red, green, blue. */
export async function readBmpPixels(bytes: FileBytes, header: BmpHeader): Promise<PixelArray> {
  const { shape, bits, rowBytes, palette, grey } = header;
  const [rows, width] = shape;
  const stored = await bytes.read(header.offset, rows * rowBytes, 'the pixels');
  const result = new Uint8Array(sizeOf(shape));
  for (let y = 0, to = 0; y < rows; y++) {
    const row = (header.upwards ? rows - 1 - y : y) * rowBytes;
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const at = row + (bit >> 3);
      const index = bits <= 8 ? ((stored[at] >> (8 - bits - (bit & 7))) & (2 ** bits - 1)) * 4 : at;
      const source = bits <= 8 ? palette : stored;
      if (index + 2 >= source.length)
        throw bytes.damaged(`the pixel at y=${y}, x=${x} has a colour outside the palette.`);
      if (grey) result[to++] = source[index];
      else for (let c = 2; c >= 0; c--) result[to++] = source[index + c];
    }
  }
  return result;
}
