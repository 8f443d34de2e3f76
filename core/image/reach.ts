/** How much larger than a patch the box must be that a zoomed or turned patch is taken from. */
import type { Config } from '../config/index.js';

/**
 * Sides of the box, [y, x] or [z, y, x]; undefined where patches are neither zoomed nor turned freely. A zoom out by `s` reaches
 * 1/s as far in the plane (and along z with ZOOM_IN_Z), a free rotation √2 times as far.
 */
export function reachOf({ AUGMENTOR: augment, DATA, PROBLEM }: Config): number[] | undefined {
  if (!augment.ENABLE || !(augment.ZOOM || augment.RANDOM_ROT)) return undefined;
  const zoom = augment.ZOOM ? Math.max(1, 1 / Math.min(...(augment.ZOOM_RANGE as number[]))) : 1;
  const plane = zoom * (augment.RANDOM_ROT ? Math.SQRT2 : 1);
  const patch = (DATA.PATCH_SIZE as number[]).slice(0, -1);
  const depth = PROBLEM.NDIM === '3D' && augment.ZOOM_IN_Z ? zoom : 1;
  return patch.map((side, axis) => Math.ceil(side * (axis < patch.length - 2 ? depth : plane)));
}
