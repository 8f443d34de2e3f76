/** What a PNG will decode to, from its header chunks (W3C PNG, third edition). */

import type { DType } from '../../core/image/image.js';
import type { FileBytes } from './file-bytes.js';

export interface PngHeader {
  /** `[y, x]` for grey, `[y, x, 3]` for colours; alpha is not counted. */
  shape: number[];
  dtype: DType;
}

/** Reads size, depth and colours. A palette of greys counts as grey. Throws FormatError for damaged headers. */
export async function readPngHeader(bytes: FileBytes): Promise<PngHeader> {
  bytes.require(0, 33, 'the PNG header');
  const head = await bytes.read(0, 33, 'the PNG header');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (chunkName(view, 12) !== 'IHDR') throw bytes.damaged('the PNG header is damaged. Copy the file again.');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [depth, colour] = [head[24], head[25]];
  if (width < 1 || height < 1 || ![0, 2, 3, 4, 6].includes(colour))
    throw bytes.damaged(`a PNG of ${width}×${height} pixels with colour type ${colour} is impossible.`);
  const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour] ?? 1;
  // Deflate cannot pack pixels more than 1032 times.
  if ((width * height * samples * depth) / 8 > 2 ** 20 + bytes.size * 1032)
    throw bytes.damaged(`it declares ${width}×${height} pixels, more than a file of ${bytes.size} bytes can hold.`);
  const grey = colour === 0 || colour === 4 || (colour === 3 && (await greyPalette(bytes)));
  return { shape: grey ? [height, width] : [height, width, 3], dtype: depth === 16 ? 'uint16' : 'uint8' };
}

async function greyPalette(bytes: FileBytes): Promise<boolean> {
  for (let at = 33; ; ) {
    const head = await bytes.read(at, 8, 'the palette');
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const length = view.getUint32(0);
    if (chunkName(view, 4) === 'IDAT') throw bytes.damaged('the PNG has no palette. Copy the file again.');
    if (chunkName(view, 4) !== 'PLTE') {
      at += length + 12;
      continue;
    }
    const palette = await bytes.read(at + 8, length, 'the palette');
    for (let i = 0; i + 2 < palette.length; i += 3)
      if (palette[i] !== palette[i + 1] || palette[i] !== palette[i + 2]) return false;
    return true;
  }
}

function chunkName(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}
