/**
 * TIFF: plain stacks, ImageJ hyperstacks, OME-TIFF and BigTIFF.
 *
 * Headers are parsed here, because damaged files must end in a message and not in a large allocation; geotiff supplies
 * zstd, libjpeg (through sharp) the JPEG blocks.
 */

import { isBiagraphError } from '../../core/errors.js';
import { allocate, type PixelArray, sizeOf } from '../../core/image/image.js';
import type { ImageHeader, RawImage } from '../../core/image/raw-image.js';
import { defineFormat } from '../../core/plugin/define.js';
import { FileBytes } from './file-bytes.js';
import { fromHalf, toNative } from './stored-number.js';
import { readBlock } from './tiff-block.js';
import { JPEG } from './tiff-codec.js';
import { isTiff, readDirectories } from './tiff-directory.js';
import { readJpegBlock } from './tiff-jpeg.js';
import { blockRows, isPlain, type Page, pageValues } from './tiff-page.js';
import { firstSeries, type Series } from './tiff-series.js';
import { writeTiff } from './tiff-writer.js';

export const tiff = defineFormat({
  id: 'tiff',
  extensions: ['.tif', '.tiff'],
  detects: (head, file) => isTiff(head) || /\.tiff?$/i.test(file),
  read: (file, { signal }) => FileBytes.use(file, signal, readTiff),
  probe: (file) =>
    FileBytes.use(file, undefined, async (bytes): Promise<ImageHeader> => {
      const { axes, shape, pages } = firstSeries(await readDirectories(bytes), bytes);
      return { shape, axes, dtype: pages[0].dtype };
    }),
  write: writeTiff,
});

/** Runs of blocks on their way at a time; what is large or slow to decompress does it on the thread pool. */
const CONCURRENT = 4;
/** Blocks that lie one behind the other are read in runs of about this many bytes. */
const RUN = 2 ** 20;

async function readTiff(bytes: FileBytes): Promise<RawImage> {
  const directories = await readDirectories(bytes);
  const series = firstSeries(directories, bytes);
  const { dtype } = series.pages[0];
  let data: PixelArray;
  try {
    data = allocate(dtype, sizeOf(series.shape));
  } catch (cause) {
    throw bytes.damaged(`its ${sizeOf(series.shape)} pixels do not fit into memory.`, cause);
  }
  const plain = series.pages.every((page) => isPlain(page) && page.bits === series.pages[0].bits);
  if (plain) await readPlain(series, data, bytes, directories.littleEndian);
  else await readBlocks(series, data, bytes, directories.littleEndian);
  return { data, shape: series.shape, axes: series.axes, dtype, metadata: series.metadata };
}

/** Bytes read at a time; a view on more than 4 GB is impossible. A multiple of every sample size. */
const PIECE = 2 ** 28;

/** Uncompressed pixels are read to where they belong; neighbouring pages in one piece. */
async function readPlain({ pages }: Series, data: PixelArray, bytes: FileBytes, littleEndian: boolean): Promise<void> {
  const { bits, dtype } = pages[0];
  const half = bits === 16 && dtype === 'float32';
  const size = (pageValues(pages[0]) * bits) / 8;
  for (let first = 0; first < pages.length; ) {
    let end = first + 1;
    while (end < pages.length && pages[end].offsets[0] === pages[end - 1].offsets[0] + size) end++;
    for (let at = first * size; at < end * size; at += PIECE) {
      const length = Math.min(PIECE, end * size - at);
      const piece = half ? new Uint8Array(length) : new Uint8Array(data.buffer, at, length);
      await bytes.readInto(piece, pages[first].offsets[0] + at - first * size, `the pixels of page ${first}`);
      toNative(piece, bits / 8, littleEndian);
      if (half) data.set(fromHalf(new Uint16Array(piece.buffer)), at / 2);
    }
    first = end;
  }
}

async function readBlocks({ pages }: Series, data: PixelArray, bytes: FileBytes, littleEndian: boolean): Promise<void> {
  const runs = blockRuns(pages);
  const work = async () => {
    for (const run of runs) {
      bytes.checkStop();
      const start = run[0].offset;
      const { offset, length } = run[run.length - 1];
      const stored = await bytes.read(start, offset + length - start, nameOf(run[0]));
      for (const job of run) {
        try {
          const block = stored.subarray(job.offset - start, job.offset - start + job.length);
          place(await decode(block, job, littleEndian), job, data);
        } catch (cause) {
          if (isBiagraphError(cause)) throw cause;
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw bytes.damaged(
            `${nameOf(job)} cannot be decoded: ${reason}. Copy the file again or save it anew.`,
            cause,
          );
        }
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, work));
}

function nameOf({ block, index }: BlockJob): string {
  return `block ${block} of page ${index}`;
}

/** Blocks in reading order, those together that follow each other in the file. */
function* blockRuns(pages: Page[]): Generator<BlockJob[]> {
  let run: BlockJob[] = [];
  let end = 0;
  for (const job of blockJobs(pages)) {
    if (run.length > 0 && (job.offset !== end || end - run[0].offset >= RUN)) {
      yield run;
      run = [];
    }
    run.push(job);
    end = job.offset + job.length;
  }
  yield run;
}

interface BlockJob {
  page: Page;
  index: number;
  block: number;
  /** Where it lies in the file. */
  offset: number;
  length: number;
  sample: number;
  down: number;
  across: number;
}

function* blockJobs(pages: Page[]): Generator<BlockJob> {
  for (let index = 0; index < pages.length; index++) {
    const page = pages[index];
    const { offsets, byteCounts } = page;
    let block = 0;
    for (let sample = 0; sample < (page.planar ? page.samples : 1); sample++)
      for (let down = 0; down < page.blocksDown; down++)
        for (let across = 0; across < page.blocksAcross; across++)
          yield { page, index, block, offset: offsets[block], length: byteCounts[block++], sample, down, across };
  }
}

async function decode(
  stored: Uint8Array,
  { page, down }: BlockJob,
  littleEndian: boolean,
): Promise<PixelArray | undefined> {
  // Sparse files leave out blocks that are all 0.
  if (stored.length === 0) return undefined;
  const rows = blockRows(page, down);
  return page.compression === JPEG ? readJpegBlock(stored, page, rows) : readBlock(stored, page, rows, littleEndian);
}

/** Copies a block to its place in the series; planes of samples become samples of pixels. */
function place(
  values: PixelArray | undefined,
  { page, index, sample, down, across }: BlockJob,
  data: PixelArray,
): void {
  if (!values) return;
  const { width, samples, blockWidth, planar } = page;
  const rows = Math.min(page.blockHeight, page.height - down * page.blockHeight);
  const columns = Math.min(blockWidth, width - across * blockWidth);
  const step = planar ? samples : 1;
  const inBlock = planar ? 1 : samples;
  if (step === 1 && columns === width && blockWidth === width) {
    const first = (index * page.height + down * page.blockHeight) * width * samples;
    data.set(values.subarray(0, rows * width * samples), first);
    return;
  }
  for (let y = 0; y < rows; y++) {
    const row = index * page.height + down * page.blockHeight + y;
    const to = (row * width + across * blockWidth) * samples + sample;
    const from = y * blockWidth * inBlock;
    if (step === 1) data.set(values.subarray(from, from + columns * inBlock), to);
    else for (let x = 0; x < columns; x++) data[to + x * step] = values[from + x];
  }
}
