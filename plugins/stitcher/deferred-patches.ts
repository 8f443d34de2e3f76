/**
 * Patches of an image that is read in parts: each is read when there is room for it, and given back by whoever joins them.
 */
import { MemoryError } from '../../core/errors.js';
import { readRegion } from '../../core/image/deferred.js';
import { leaveOut } from '../../core/image/dropped-patch.js';
import type { Image } from '../../core/image/image.js';
import { sizeOf } from '../../core/image/image.js';
import { withMedianBorder } from '../../core/image/median-border.js';
import { middleBox } from '../../core/image/middle-box.js';
import { isMeasuredPart } from '../../core/image/normalize.js';
import { type PatchGeometry, patchBox, patchBoxes } from '../../core/image/patch.js';
import type { Sample } from '../../core/image/sample.js';
import { scaleBetween, scaleBox } from '../../core/image/scale.js';
import { VOLUME_SHARES } from '../../core/image/volume-shares.js';
import { formatBytes, MemoryBudget } from '../../core/job/memory.js';

export interface DeferredCut {
  parent: Sample;
  geometry: PatchGeometry;
  added: readonly number[];
  /** Places of the patches that a filter leaves out. */
  left: ReadonlySet<number>;
  /** Whether the medians of its sides lie around the image. */
  medianPadding: boolean;
  /** Patches that the network takes at once. */
  batch: number;
  /** Bytes of the job's budget. */
  budget: number;
  signal: AbortSignal;
}

/**
 * The patches in the order of cutting. So many are on their way as fit into their share of the budget: the image holds that
 * share, so nobody waits who could not go on.
 *
 * @throws MemoryError when a batch does not fit; what {@link withMedianBorder} throws.
 */
export async function* deferredPatches(cut: DeferredCut): AsyncGenerator<Sample> {
  const { parent, geometry, added, left, medianPadding, batch, budget, signal } = cut;
  const { target, file } = parent;
  const padded = medianPadding && geometry.axes.some(({ padding }) => padding > 0);
  // Before patches take their share.
  const picture = padded ? await withMedianBorder(parent, budget * VOLUME_SHARES.patches, signal) : parent.image;
  const room = new MemoryBudget(budget * VOLUME_SHARES.patches);
  const bytes = patchBytes(picture, target, geometry);
  if (batch * bytes > room.budget)
    throw new MemoryError(
      `${file}: ${batch} patches of ${geometry.axes.map(({ patch }) => patch).join('×')} take ${formatBytes(batch * bytes)}, but the memory budget of ` +
        `${formatBytes(budget)} leaves ${formatBytes(room.budget)} for them. Raise SYSTEM.MEMORY_BUDGET, or lower TRAIN.BATCH_SIZE or DATA.PATCH_SIZE.`,
      { where: { file, key: 'SYSTEM.MEMORY_BUDGET' } },
    );
  const scale = target && scaleBetween(picture.shape, target.shape, file);
  // What a picture will show at the end is kept until then.
  const picked = picture.shape.length === 4 ? [middleBox(picture.shape)] : [];
  const boxes = [...patchBoxes(geometry), ...picked];
  picture.source?.expect?.(boxes);
  if (scale) target.source?.expect?.(boxes.map((box) => scaleBox(box, scale)));
  for (let index = 0; index < geometry.count; index++) {
    const lease = await room.lease(bytes, `a patch of ${file}`, signal);
    const box = patchBox(geometry, index);
    const part = await readRegion(picture, box, signal);
    const wanted = target && (scale ? await readRegion(target, scaleBox(box, scale), signal) : target);
    const patch: Sample = {
      id: `${parent.id}#${index}`,
      index: parent.index,
      file,
      image: part,
      ...(wanted && { target: wanted }),
      ...(parent.targetKinds && { targetKinds: parent.targetKinds }),
      products: {},
      facts: isMeasuredPart(part) ? { normalization: part.normalization } : {},
      metrics: {},
      placement: { parent, index, count: geometry.count, box, geometry, added },
      lease,
    };
    yield left.has(index) ? leaveOut(patch) : patch;
  }
}

/** As it is read, normalised, and predicted, float32 each; and its target. */
function patchBytes(picture: Image, target: Image | undefined, { axes }: PatchGeometry): number {
  const channels = 3 * picture.shape[picture.shape.length - 1] + (target ? target.shape[target.shape.length - 1] : 0);
  return sizeOf(axes.map(({ patch }) => patch)) * channels * Float32Array.BYTES_PER_ELEMENT;
}
