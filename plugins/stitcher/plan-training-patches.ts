/** What patches a training will take, and what they take of the memory. */
import { MemoryError } from '../../core/errors.js';
import { sizeOf } from '../../core/image/image.js';
import { cutGeometry } from '../../core/image/patch.js';
import { scaleBetween, scaleSides } from '../../core/image/scale.js';
import { formatBytes } from '../../core/job/memory.js';
import { explainCuts } from '../../core/job/plan-cut.js';
import { counted, type Forecast, type Planner } from '../../core/plugin/forecast.js';
import { TRAINING_SHARES } from '../../core/train/memory-shares.js';
import { listItems, type Shapes } from './patch-items.js';
import type { PatchParameters } from './training-patch-parameters.js';

/** Foretells the patches of an epoch. @throws MemoryError as {@link placesFor}. */
export function planPatches(parameters: PatchParameters, main: Forecast, { tell, memory }: Planner): Forecast {
  const { patch, overlap, padding, complete, random, replicate, subset } = parameters;
  const shapes = main.images.map(({ shape }) =>
    shape.map((side, axis) => (complete && axis < patch.length ? Math.max(side, patch[axis]) : side)),
  );
  const images: Shapes = {
    count: shapes.length,
    at: (position) => main.images[position],
    shapes: (position) => ({ image: shapes[position] }),
  };
  const items = listItems(images, parameters, main.onlyImage);
  for (const { shape, targetShape } of main.images.slice(0, 1))
    placesFor(
      patchBytes({ image: shape, ...(targetShape && { target: targetShape }) }, largestBox(shape, parameters)),
      parameters,
      memory,
    );
  const counts = shapes.map(() => 0);
  for (const { position } of items) counts[position]++;
  const cut = () =>
    explainCuts(
      shapes.map((shape) => cutGeometry(shape.slice(0, -1), patch, { overlap, padding })),
      overlap,
    );
  const why = [
    random ? 'One patch at a random place of each image and epoch (DATA.TRAIN.EXTRACT_RANDOM_PATCH).' : cut(),
    main.onlyImage &&
      subset &&
      `Of a single image, patches are held out for validation: ${items.length} are on this side.`,
    replicate > 1 && `The list is repeated ${replicate} times (DATA.TRAIN.REPLICATE).`,
  ];
  tell({
    value: `${counted(items.length, 'patch')} of ${patch.join('×')} in each epoch`,
    why: why.filter(Boolean).join(' '),
    facts: { patches: items.length },
  });
  return { ...main, patches: shapes.map((shape, i) => ({ shape: [...patch, shape.at(-1)!], count: counts[i] })) };
}

/** The largest box that may be cut of an image. */
export function largestBox(image: readonly number[], { patch, reach, crop, partners }: PatchParameters): number[] {
  const sides = image.slice(0, -1);
  const box = crop
    ? sides.map((side, axis) => Math.max(side, patch[axis]))
    : patch.map((side, axis) => Math.max(side, Math.min(reach[axis] ?? 0, sides[axis])));
  // A partner takes the room of a second patch.
  return partners ? [...box.slice(0, -1), box[box.length - 1] * 2] : box;
}

/** Bytes of an image patch and its target patch, as float32. */
export function patchBytes(
  { image, target }: { image: readonly number[]; target?: readonly number[] },
  patch: readonly number[],
): number {
  const values = sizeOf(patch) * image[image.length - 1] + (target ? targetValues(image, target, patch) : 0);
  return values * Float32Array.BYTES_PER_ELEMENT;
}

function targetValues(image: readonly number[], target: readonly number[], patch: readonly number[]): number {
  const scale = scaleBetween(image, target);
  return scale ? sizeOf(scaleSides(patch, scale)) * target[target.length - 1] : sizeOf(target);
}

/**
 * Patches that may be on their way: those that are wanted, as far as they fit into their share of the budget.
 *
 * @throws MemoryError when a batch would not fit, and would wait for its last patch for ever.
 */
export function placesFor(bytes: number, { batch, prefetch, patch }: PatchParameters, budget: number): number {
  const room = Math.floor(budget * TRAINING_SHARES.patches);
  const most = Math.floor(room / bytes);
  if (most < batch)
    throw new MemoryError(
      `a batch of ${batch} patches of ${patch.join('×')} takes ${formatBytes(batch * bytes)}, but the memory budget of ${formatBytes(budget)} ` +
        `leaves ${formatBytes(room)} for it. Raise SYSTEM.MEMORY_BUDGET, or lower TRAIN.BATCH_SIZE or DATA.PATCH_SIZE.`,
      { where: { key: 'SYSTEM.MEMORY_BUDGET' } },
    );
  return Math.min(Math.max(prefetch, batch), most);
}
