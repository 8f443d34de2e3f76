/**
 * TIFF: plain stacks, ImageJ hyperstacks, OME-TIFF and BigTIFF.
 *
 * Headers are parsed here, because damaged files must end in a message and not in a large allocation; zstd is
 * decoded by libzstd in WebAssembly, JPEG blocks by libjpeg (through sharp).
 */

import { untaken } from '../../core/compute/untaken.js';
import { isBiagraphError } from '../../core/errors.js';
import { type OpenedImage, readOpened } from '../../core/image/format.js';
import { type PixelArray, sizeOf } from '../../core/image/image.js';
import type { ImageHeader } from '../../core/image/raw-image.js';
import { Scratch } from '../../core/image/scratch.js';
import { defineFormat } from '../../core/plugin/define.js';
import { FileBytes } from './file-bytes.js';
import { toNative } from './stored-number.js';
import { readBlock } from './tiff-block.js';
import { JPEG } from './tiff-codec.js';
import { isTiff, readDirectories } from './tiff-directory.js';
import { readJpegBlock } from './tiff-jpeg.js';
import { blockRows, isPlain, type Page, pageValues } from './tiff-page.js';
import { firstSeries } from './tiff-series.js';
import { writeTiff } from './tiff-writer.js';

export const tiff = defineFormat({
  id: 'tiff',
  extensions: ['.tif', '.tiff'],
  detects: (head, file) => isTiff(head) || /\.tiff?$/i.test(file),
  read: (file, { signal }) => openTiff(file, signal, (opened) => readOpened(file, opened)),
  open: openTiff,
  probe: (file) =>
    FileBytes.use(file, undefined, async (bytes): Promise<ImageHeader> => {
      const { axes, shape, pages } = firstSeries(await readDirectories(bytes), bytes);
      return { shape, axes, dtype: pages[0].dtype };
    }),
  write: writeTiff,
});

/** Runs of blocks on their way at a time; what is large or slow to decompress does it on the thread pool. */
const CONCURRENT = 4;
/** In a thread, which decompresses itself: while one run is read another one is decoded. */
const CONCURRENT_IN_THREAD = 2;
/** Blocks that lie one behind the other are read in runs of about this many bytes. */
const RUN = 2 ** 20;

/** Plain data from which any thread can decode the blocks of some pages. */
interface Blocks {
  file: string;
  pages: readonly Page[];
  littleEndian: boolean;
}

function openTiff<T>(
  file: string,
  signal: AbortSignal | undefined,
  use: (opened: OpenedImage) => Promise<T>,
): Promise<T> {
  return FileBytes.use(file, signal, async (bytes) => {
    const directories = await readDirectories(bytes);
    const { littleEndian } = directories;
    const { pages, shape, axes, metadata } = firstSeries(directories, bytes);
    const [{ dtype, bits }] = pages;
    const half = bits === 16 && dtype === 'float32';
    const plain = !half && pages.every((page) => isPlain(page) && page.bits === bits);
    if (pages.length * pageValues(pages[0]) !== sizeOf(shape))
      throw bytes.damaged(`its ${pages.length} pages do not make up ${shape.join('×')} pixels. The file is damaged.`);
    const blocks: Blocks = { file, pages, littleEndian };
    return use({
      shape,
      ...(axes && { axes }),
      dtype,
      metadata,
      fill: (data) => (plain ? readPlain(blocks, data, bytes) : readBlocks(blocks, data, bytes)),
      ...(!plain && { filling: { module: import.meta.url, name: fillBlocks.name, input: blocks } }),
    });
  });
}

/** Uncompressed pixels are read to where they belong; neighbouring pages in one piece. */
async function readPlain({ pages, littleEndian }: Blocks, data: PixelArray, bytes: FileBytes): Promise<void> {
  const [first] = pages;
  const size = (pageValues(first) * first.bits) / 8;
  for (let start = 0; start < pages.length; ) {
    let end = start + 1;
    while (end < pages.length && pages[end].offsets[0] === pages[end - 1].offsets[0] + size) end++;
    const place = new Uint8Array(data.buffer, data.byteOffset + start * size, (end - start) * size);
    await bytes.readInto(place, pages[start].offsets[0], `the pixels of page ${start}`, (piece) =>
      toNative(piece, first.bits / 8, littleEndian),
    );
    start = end;
  }
}

/** For threads that share the blocks of a file. Errors as those of reading it. */
export function fillBlocks(blocks: Blocks, data: PixelArray, taken: Int32Array): Promise<void> {
  return FileBytes.use(blocks.file, undefined, (bytes) => readBlocks(blocks, data, bytes, taken));
}

/** @param taken counts the runs that threads took, of which this is one. */
async function readBlocks(
  { pages, littleEndian }: Blocks,
  data: PixelArray,
  bytes: FileBytes,
  taken?: Int32Array,
): Promise<void> {
  const runs = taken ? untaken(blockRuns(pages), taken) : blockRuns(pages);
  const work = async () => {
    const scratch = new Scratch(taken !== undefined);
    for (const run of runs) {
      bytes.checkStop();
      const start = run[0].offset;
      const { offset, length } = run[run.length - 1];
      const stored = scratch.take('stored', offset + length - start);
      await bytes.readInto(stored, start, nameOf(run[0]));
      for (const job of run) {
        try {
          const block = stored.subarray(job.offset - start, job.offset - start + job.length);
          place(await decode(block, job, littleEndian, scratch.alone), job, data);
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
  await Promise.all(Array.from({ length: taken ? CONCURRENT_IN_THREAD : CONCURRENT }, work));
}

function nameOf({ block, index }: BlockJob): string {
  return `block ${block} of page ${index}`;
}

/** Blocks in reading order, those together that follow each other in the file. */
function* blockRuns(pages: readonly Page[]): Generator<BlockJob[]> {
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

function* blockJobs(pages: readonly Page[]): Generator<BlockJob> {
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
  alone: boolean,
): Promise<PixelArray | undefined> {
  // Sparse files leave out blocks that are all 0.
  if (stored.length === 0) return undefined;
  const rows = blockRows(page, down);
  return page.compression === JPEG
    ? readJpegBlock(stored, page, rows)
    : readBlock(stored, page, rows, littleEndian, alone);
}

/** Copies a block to its place in the series, zeros where it is left out; planes of samples become samples of pixels. */
function place(
  values: PixelArray | undefined,
  { page, index, sample, down, across }: BlockJob,
  data: PixelArray,
): void {
  const { width, samples, blockWidth, planar } = page;
  const rows = Math.min(page.blockHeight, page.height - down * page.blockHeight);
  const columns = Math.min(blockWidth, width - across * blockWidth);
  const step = planar ? samples : 1;
  const inBlock = planar ? 1 : samples;
  if (step === 1 && columns === width && blockWidth === width) {
    const first = (index * page.height + down * page.blockHeight) * width * samples;
    if (values) data.set(values.subarray(0, rows * width * samples), first);
    else data.fill(0, first, first + rows * width * samples);
    return;
  }
  for (let y = 0; y < rows; y++) {
    const row = index * page.height + down * page.blockHeight + y;
    const to = (row * width + across * blockWidth) * samples + sample;
    const from = y * blockWidth * inBlock;
    if (!values) for (let x = 0; x < columns * inBlock; x++) data[to + x * step] = 0;
    else if (step === 1) data.set(values.subarray(from, from + columns * inBlock), to);
    else for (let x = 0; x < columns; x++) data[to + x * step] = values[from + x];
  }
}
