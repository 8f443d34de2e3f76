/** Memory that images of a folder take, and whether they are read whole. */
import { MemoryError } from '../../core/errors.js';
import { bytesPerValue, sizeOf } from '../../core/image/image.js';
import { VOLUME_SHARES } from '../../core/image/volume-shares.js';
import { formatBytes } from '../../core/job/memory.js';
import type { Place } from '../../core/plugin/define.js';
import type { FolderParameters } from './folder-parameters.js';
import type { Pair } from './pairs.js';

/** Whether an image comes in parts: it can, and it need not be whole, or does not fit. */
export function isReadInParts(
  pair: Pair,
  { whole, share }: FolderParameters,
  budget: number,
  demand: Place['demand'],
): boolean {
  if (!pair.parts || whole === true) return false;
  return whole === false || neededFor(pair, demand) > budget * share;
}

function neededFor(pair: Pair, demand: Place['demand']): number {
  return (
    demand({ shape: pair.shape, bytes: sizeOf(pair.shape) * bytesPerValue(pair.dtype) }) + (pair.target?.bytes ?? 0)
  );
}

/** Bytes to lease for an image with its target. @throws MemoryError when it could never be worked on. */
export function demandOf(
  pair: Pair,
  { share, whyWhole }: FolderParameters,
  budget: number,
  demand: Place['demand'],
): number {
  const needed = neededFor(pair, demand);
  requireRoom(pair, needed, budget * share, budget, pair.parts && whyWhole ? `It is read whole: ${whyWhole}. ` : '');
  return needed;
}

/** @throws MemoryError when an image takes more than is left for it. */
export function requireRoom({ file }: Pair, needed: number, left: number, budget: number, why = ''): void {
  if (needed <= left) return;
  throw new MemoryError(
    `${file}: working on this image takes ${formatBytes(needed)}, but the memory budget of ${formatBytes(budget)} ` +
      `leaves ${formatBytes(left)} for one image. ${why}Raise SYSTEM.MEMORY_BUDGET, or cut the image into smaller files.`,
    { where: { file, key: 'SYSTEM.MEMORY_BUDGET' } },
  );
}

/**
 * Bytes that a volume read in parts takes beside its chunks. In a test they are the shares of cutter and joiner, so one volume
 * is worked on at a time. A training has patches only, which are leased one by one.
 */
export function partsDemand(phase: Place['phase'], budget: number): number {
  return phase === 'test' ? Math.floor(budget * (VOLUME_SHARES.patches + VOLUME_SHARES.blocks)) : 0;
}
