/** PNG, JPEG and BMP: 2D pictures of 8 or 16 bits, grey or RGB. PNG is also written, for previews. */

import sharp from 'sharp';
import { OutputError } from '../../core/errors.js';
import { type DType, dtypeOf, type Image, type PixelArray, sizeOf } from '../../core/image/image.js';
import type { ImageHeader, RawImage } from '../../core/image/raw-image.js';
import { writeWhole } from '../../core/job/write-aside.js';
import { defineFormat } from '../../core/plugin/define.js';
import { readBmpHeader, readBmpPixels } from './bmp.js';
import { FileBytes } from './file-bytes.js';
import { type PngHeader, readPngHeader } from './png-header.js';

export const png = defineFormat({
  id: 'png',
  extensions: ['.png'],
  detects: (head) => Buffer.from(head.subarray(0, 8)).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')),
  read: (file, { signal }) =>
    FileBytes.use(file, signal, async (bytes) => {
      const header = await readPngHeader(bytes);
      const pixels = await decode(bytes, header.dtype);
      return raw(bytes, withoutAlpha(pixels, header, bytes), headerOf(header));
    }),
  probe: (file) => FileBytes.use(file, undefined, async (bytes) => headerOf(await readPngHeader(bytes))),
  write: writePng,
});

export const jpeg = defineFormat({
  id: 'jpeg',
  extensions: ['.jpg', '.jpeg'],
  detects: (head) => head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff,
  read: (file, { signal }) =>
    FileBytes.use(file, signal, async (bytes) => {
      const header = await jpegHeader(bytes);
      const { data, channels } = await decode(bytes, 'uint8');
      if (channels * header.shape[0] * header.shape[1] !== sizeOf(header.shape))
        throw bytes.damaged(`the JPEG decoded to ${channels} channels, not shape ${header.shape.join('×')}.`);
      return raw(bytes, data, header);
    }),
  probe: (file) => FileBytes.use(file, undefined, jpegHeader),
});

export const bmp = defineFormat({
  id: 'bmp',
  extensions: ['.bmp'],
  detects: (head) => head[0] === 0x42 && head[1] === 0x4d && head[6] === 0 && head[7] === 0,
  read: (file, { signal }) =>
    FileBytes.use(file, signal, async (bytes) => {
      const header = await readBmpHeader(bytes);
      return raw(bytes, await readBmpPixels(bytes, header), planeHeader(header.shape, 'uint8'));
    }),
  probe: (file) =>
    FileBytes.use(file, undefined, async (bytes) => planeHeader((await readBmpHeader(bytes)).shape, 'uint8')),
});

/** Pixels that a picture may have at most; sharp's own limit is lower than microscopes need. */
const MAXIMUM_PIXELS = 2 ** 32;

interface Decoded {
  data: PixelArray;
  channels: number;
}

/** Decodes without colour management: the numbers of the file are measurements. */
async function decode(bytes: FileBytes, dtype: DType): Promise<Decoded> {
  const deep = dtype === 'uint16';
  try {
    const picture = sharp(bytes.file, { failOn: 'truncated', ignoreIcc: true, limitInputPixels: MAXIMUM_PIXELS });
    const { space = 'srgb' } = await picture.metadata();
    const grey = space === 'b-w' || space === 'grey16';
    picture.toColourspace(grey ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb');
    const { data, info } = await picture
      .raw({ depth: deep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    bytes.checkStop();
    // Copied: sharp's buffer may be part of a larger one.
    const own = new Uint8Array(data);
    const pixels = deep ? new Uint16Array(own.buffer) : own;
    return { data: pixels, channels: info.channels };
  } catch (cause) {
    throw bytes.damaged(`the picture cannot be decoded (${reasonOf(cause)}). Copy it again from its source.`, cause);
  }
}

/**
 * Drops what is not a measurement: an alpha channel, and the two copies of a grey palette. An alpha channel that hides
 * pixels is refused, since the colours under it mean nothing.
 */
function withoutAlpha({ data, channels }: Decoded, { shape, dtype }: PngHeader, bytes: FileBytes): PixelArray {
  const [height, width, kept = 1] = shape;
  if (data.length !== height * width * channels || channels < kept)
    throw bytes.damaged(`the PNG decoded to ${channels} channels, not shape ${shape.join('×')}.`);
  if (channels === kept) return data;
  const opaque = dtype === 'uint16' ? 65535 : 255;
  const result = dtype === 'uint16' ? new Uint16Array(sizeOf(shape)) : new Uint8Array(sizeOf(shape));
  const alpha = channels === 2 || channels === 4 ? channels - 1 : -1;
  for (let i = 0, to = 0; i < height * width; i++) {
    if (alpha >= 0 && data[i * channels + alpha] !== opaque)
      throw bytes.damaged(
        `the pixel at y=${Math.floor(i / width)}, x=${i % width} is transparent, so its colour means nothing. ` +
          'Save the picture without alpha channel.',
      );
    for (let c = 0; c < kept; c++) result[to++] = data[i * channels + c];
  }
  return result;
}

async function jpegHeader(bytes: FileBytes): Promise<ImageHeader> {
  try {
    const { width, height, channels, space } = await sharp(bytes.file).metadata();
    const grey = channels === 1 || space === 'b-w';
    return planeHeader(grey ? [height, width] : [height, width, 3], 'uint8');
  } catch (cause) {
    throw bytes.damaged(
      `the JPEG header cannot be read (${reasonOf(cause)}). Copy the file again from its source.`,
      cause,
    );
  }
}

function headerOf({ shape, dtype }: PngHeader): ImageHeader {
  return planeHeader(shape, dtype);
}

function planeHeader(shape: number[], dtype: DType): ImageHeader {
  return { shape, axes: shape.length === 3 ? 'YXS' : 'YX', dtype };
}

function raw(bytes: FileBytes, data: PixelArray, { shape, axes }: ImageHeader): RawImage {
  bytes.checkStop();
  return { data, shape, axes, dtype: dtypeOf(data), metadata: {} };
}

/** Writes a 2D uint8 or uint16 image of one channel or RGB. Throws OutputError for any other image. */
async function writePng(file: string, picture: Image): Promise<void> {
  const { shape, data, dtype } = picture;
  const [height, width, channels] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3) || (dtype !== 'uint8' && dtype !== 'uint16'))
    throw new OutputError(
      `${file}: PNG holds 2D uint8 or uint16 images of 1 or 3 channels, not ${dtype} of shape ${shape.join('×')}. Write TIFF.`,
      { where: { file } },
    );
  // sharp takes 16-bit pixels only through a typed array.
  const input = sharp(data as Uint8Array | Uint16Array, { raw: { width, height, channels } });
  const space = channels === 1 ? (dtype === 'uint16' ? 'grey16' : 'b-w') : dtype === 'uint16' ? 'rgb16' : 'srgb';
  await writeWhole(file, await input.toColourspace(space).png().toBuffer());
}

/** What libvips says, which says the same for each of its layers. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const lines = cause.message.split('\n').map((line) => line.trim().replace(/:$/, ''));
  return lines.filter((line, i) => line && !lines.slice(0, i).some((before) => before.includes(line))).join('; ');
}
