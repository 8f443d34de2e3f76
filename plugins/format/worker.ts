/** Decoding in a worker thread of the image pool, see `core/image/decode-threads.ts`. */

import { move, transferableSymbol, valueSymbol } from 'piscina';
import { isBiagraphError, toPlainError } from '../../core/errors.js';
import { runChunkTask } from '../../core/image/chunk-task.js';
import type { DecodeResult, DecodeTask, FillTask } from '../../core/image/decode-threads.js';
import { type FillParts, readImage } from '../../core/image/format.js';
import { nifti } from './nifti.js';
import { npy, npz } from './npy.js';
import { bmp, jpeg, png } from './raster.js';
import { tiff } from './tiff.js';
import { torch } from './torch.js';

const FORMATS = [tiff, png, jpeg, bmp, npy, npz, nifti, torch];

/** Ids of the formats that the worker decodes. */
export const workerFormats = FORMATS.map(({ id }) => id);

async function fillParts({ filling, target, taken }: FillTask): Promise<DecodeResult> {
  const { [filling.name]: fill } = (await import(filling.module)) as Record<string, FillParts>;
  await fill(filling.input, target, taken);
  return {};
}

/**
 * Reads chunks of an array or blocks of a file into shared memory, or one image, and hands its pixels over without copying: the
 * caller receives a {@link DecodeResult}. Deliberate errors come back as plain data.
 */
export default async function decode(task: DecodeTask): Promise<unknown> {
  try {
    if ('reading' in task) return await runChunkTask(task);
    if ('filling' in task) return await fillParts(task);
    const { file, ndim } = task;
    const image = await readImage(file, FORMATS, { ndim });
    const result: DecodeResult = { image };
    const { buffer } = image.data;
    // A buffer that is larger than the image may be shared and must stay.
    if (buffer.byteLength !== image.data.byteLength) return result;
    return move({ [transferableSymbol]: [buffer], [valueSymbol]: result });
  } catch (error) {
    if (isBiagraphError(error)) return { error: toPlainError(error) } satisfies DecodeResult;
    throw error;
  }
}
