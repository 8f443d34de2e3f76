/** How the pixels of one TIFF page are stored, checked against what the file can hold. */

import type { DType } from '../../core/image/image.js';
import type { FileBytes } from './file-bytes.js';
import { compressionName, JPEG, maximumExpansion } from './tiff-codec.js';
import { type Directory, TAG } from './tiff-directory.js';

export interface Page {
  width: number;
  height: number;
  /** Samples per pixel, 3 in RGB. */
  samples: number;
  /** Bits of a stored sample. */
  bits: number;
  sampleFormat: 'uint' | 'int' | 'float';
  /** What the pixels are read as. */
  dtype: DType;
  compression: number;
  /** 1 none, 2 differences, 3 differences of float bytes. */
  predictor: number;
  /** Samples are stored as separate planes. */
  planar: boolean;
  /** Blocks are tiles, always stored in full; else strips, the last of which may be shorter. */
  tiled: boolean;
  photometric: number;
  /** Bits of every byte are stored in reverse order. */
  reversedBits: boolean;
  /** Strips or tiles, left to right, then down, then by sample where planar. */
  blockWidth: number;
  blockHeight: number;
  blocksAcross: number;
  blocksDown: number;
  offsets: readonly number[];
  byteCounts: readonly number[];
  jpegTables?: Uint8Array;
}

export const PHOTOMETRIC = { rgb: 2, yCbCr: 6 } as const;

/** Header-only files may promise this much more than compression can explain. */
const FREE_BYTES = 64 * 1024 * 1024;

/** The layout of a page. Throws FormatError for impossible, unsupported or lying headers. */
export function pageOf(directory: Directory, bytes: FileBytes, index: number): Page {
  const refuse = (what: string): never => {
    throw bytes.damaged(`page ${index}: ${what}`);
  };
  const list = (tag: number) => {
    const value = directory.get(tag);
    return Array.isArray(value) ? (value as readonly number[]) : undefined;
  };
  const one = (tag: number, otherwise: number) => list(tag)?.[0] ?? otherwise;

  const width = one(TAG.width, 0);
  const height = one(TAG.height, 0);
  const samples = one(TAG.samplesPerPixel, 1);
  if (!(width >= 1 && height >= 1 && samples >= 1))
    refuse(`a size of ${width}×${height} pixels with ${samples} samples is impossible. The file is damaged.`);
  const bitsList = list(TAG.bitsPerSample) ?? [1];
  const formats = list(TAG.sampleFormat) ?? [1];
  if (new Set(bitsList).size > 1 || new Set(formats).size > 1)
    refuse(`samples of different types (${bitsList.join(', ')} bits) are not supported. Save the channels alike.`);
  const bits = bitsList[0];
  const sampleFormat = formats[0] === 2 ? 'int' : formats[0] === 3 ? 'float' : 'uint';
  const dtype = formats[0] <= 4 ? dtypeOf(sampleFormat, bits) : undefined;
  const compression = one(TAG.compression, 1);
  const predictor = one(TAG.predictor, 1);
  const photometric = one(TAG.photometric, samples >= 3 ? PHOTOMETRIC.rgb : 1);
  const expansion = maximumExpansion(compression);
  if (!dtype)
    return refuse(
      `${bits}-bit ${formats[0] > 4 ? 'complex' : sampleFormat} samples are not supported. Convert to float32 or uint16.`,
    );
  if (expansion === undefined)
    return refuse(
      `compression ${compressionName(compression)} cannot be read. Save the file uncompressed or with deflate.`,
    );
  if (predictor !== 1 && !predictorFits(predictor, sampleFormat, bits))
    refuse(`predictor ${predictor} does not go with ${bits}-bit ${sampleFormat} samples.`);
  if (compression === JPEG && dtype !== 'uint8')
    refuse(`JPEG compression of ${bits}-bit samples cannot be read. Save the file with deflate.`);
  if (photometric === PHOTOMETRIC.yCbCr && compression !== JPEG && (list(TAG.subsampling) ?? [2, 2]).some((n) => n > 1))
    refuse('colours with reduced resolution (YCbCr) outside JPEG are not supported. Save the file as RGB.');

  const planar = one(TAG.planarConfiguration, 1) === 2 && samples > 1;
  const tiled = directory.has(TAG.tileOffsets);
  const blockWidth = tiled ? one(TAG.tileWidth, 0) : width;
  const blockHeight = tiled ? one(TAG.tileHeight, 0) : Math.min(one(TAG.rowsPerStrip, height), height);
  if (!(blockWidth >= 1 && blockHeight >= 1)) refuse(`blocks of ${blockWidth}×${blockHeight} pixels are impossible.`);
  const blocksAcross = Math.ceil(width / blockWidth);
  const blocksDown = Math.ceil(height / blockHeight);
  const blocks = blocksAcross * blocksDown * (planar ? samples : 1);
  const offsets = list(tiled ? TAG.tileOffsets : TAG.stripOffsets) ?? refuse('it does not say where its pixels are.');
  const rawBytes = Math.ceil((blockWidth * bits * (planar ? 1 : samples)) / 8) * blockHeight;
  if (rawBytes > FREE_BYTES + bytes.size * expansion)
    refuse(`blocks of ${blockWidth}×${blockHeight} pixels are more than a file of ${bytes.size} bytes can hold.`);
  const byteCounts =
    list(tiled ? TAG.tileByteCounts : TAG.stripByteCounts) ?? impliedCounts(compression, blocks, rawBytes);
  if (!byteCounts || offsets.length < blocks || byteCounts.length < blocks)
    return refuse(`its pixels need ${blocks} blocks, but ${offsets.length} are listed. The file is damaged.`);

  for (let block = 0; block < blocks; block++)
    bytes.require(offsets[block], byteCounts[block], `block ${block} of page ${index}`);
  const tables = directory.get(TAG.jpegTables);
  return {
    width,
    height,
    samples,
    bits,
    sampleFormat,
    dtype,
    compression,
    predictor,
    planar,
    tiled,
    photometric,
    reversedBits: one(TAG.fillOrder, 1) === 2,
    blockWidth,
    blockHeight,
    blocksAcross,
    blocksDown,
    offsets,
    byteCounts,
    jpegTables: tables instanceof Uint8Array ? tables : undefined,
  };
}

/** Throws FormatError when a header promises more pixels than the file can hold. */
export function requirePlausible(shape: readonly number[], page: Page, bytes: FileBytes): void {
  const declared = shape.reduce((product, side) => product * side, page.bits / 8);
  if (declared > FREE_BYTES + bytes.size * (maximumExpansion(page.compression) ?? 1))
    throw bytes.damaged(
      `it declares ${shape.join('×')} pixels, more than a file of ${bytes.size} bytes can hold. The file is damaged.`,
    );
}

/** 64-bit integers become 32-bit ones when they fit, see `readBlock`. */
function dtypeOf(format: Page['sampleFormat'], bits: number): DType | undefined {
  if (format === 'float') return ({ 16: 'float32', 32: 'float32', 64: 'float64' } as const)[bits];
  if (format === 'int') return ({ 8: 'int8', 16: 'int16', 32: 'int32', 64: 'int32' } as const)[bits];
  if (bits === 64) return 'uint32';
  return bits < 1 || bits > 32 ? undefined : bits <= 8 ? 'uint8' : bits <= 16 ? 'uint16' : 'uint32';
}

function predictorFits(predictor: number, format: Page['sampleFormat'], bits: number): boolean {
  if (predictor === 2) return bits === 8 || bits === 16 || bits === 32 || bits === 64;
  return predictor === 3 && format === 'float';
}

/** An uncompressed page may leave the sizes of its strips out. */
function impliedCounts(compression: number, blocks: number, rawBytes: number): number[] | undefined {
  return compression === 1 && blocks === 1 ? [rawBytes] : undefined;
}

/** Bytes of one row of one block as stored, after decompression; rows start on whole bytes. */
export function blockRowBytes(page: Page): number {
  return Math.ceil((page.blockWidth * page.bits * (page.planar ? 1 : page.samples)) / 8);
}

/** Rows that block row `down` stores. */
export function blockRows(page: Page, down: number): number {
  return page.tiled ? page.blockHeight : Math.min(page.blockHeight, page.height - down * page.blockHeight);
}

/** The pixels are stored as they are needed, in one piece: no compression, no planes, whole bytes, full rows. */
export function isPlain(page: Page): boolean {
  return (
    page.compression === 1 &&
    page.predictor === 1 &&
    !page.planar &&
    !page.reversedBits &&
    !page.tiled &&
    [8, 16, 32, 64].includes(page.bits) &&
    !(page.bits === 64 && page.sampleFormat !== 'float') &&
    page.byteCounts.reduce((sum, count) => sum + count, 0) >= (pageValues(page) * page.bits) / 8 &&
    page.offsets.every((offset, i) => i === 0 || offset === page.offsets[i - 1] + page.byteCounts[i - 1])
  );
}

/** Number of sample values of a page. */
export function pageValues(page: Page): number {
  return page.width * page.height * page.samples;
}
