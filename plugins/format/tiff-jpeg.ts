/** JPEG-compressed TIFF blocks, decoded by libjpeg through sharp. */

import sharp from 'sharp';
import { type Page, PHOTOMETRIC } from './tiff-page.js';

/**
 * Decodes a block to `rows × blockWidth × samples` bytes; YCbCr becomes RGB. Throws an Error for damaged data or
 * a picture of another size.
 */
export async function readJpegBlock(data: Uint8Array, page: Page, rows: number): Promise<Uint8Array> {
  const samples = page.planar ? 1 : page.samples;
  const stream = withTables(data, page, samples);
  const picture = sharp(stream, {
    failOn: 'truncated',
    ignoreIcc: true,
    limitInputPixels: page.blockWidth * page.blockHeight,
  });
  if (samples === 1) picture.toColourspace('b-w');
  const { data: pixels, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  if (info.width !== page.blockWidth || info.height < rows || info.channels !== samples)
    throw new Error(
      `its JPEG data hold ${info.width}×${info.height} pixels with ${info.channels} samples, not ${page.blockWidth}×${rows} with ${samples}`,
    );
  return pixels.subarray(0, rows * page.blockWidth * samples);
}

/**
 * A complete JPEG stream: TIFF keeps the tables of all blocks in one place. The Adobe marker tells libjpeg whether the
 * three components are RGB or YCbCr, which the TIFF header knows and the stream often does not.
 */
function withTables(data: Uint8Array, page: Page, samples: number): Buffer {
  const START = Uint8Array.of(0xff, 0xd8);
  const transform = page.photometric === PHOTOMETRIC.yCbCr ? 1 : 0;
  const adobe = Uint8Array.of(0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform);
  const tables = page.jpegTables ? page.jpegTables.subarray(2, -2) : new Uint8Array(0);
  return Buffer.concat([START, samples === 3 ? adobe : new Uint8Array(0), tables, data.subarray(2)]);
}
