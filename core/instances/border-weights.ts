/** Weights that teach a network the gaps between objects (BiaPy's We). */

import type { Image } from '../image/image.js';
import { nearestTwo } from '../nd/nearest-objects.js';
import { volumeOf } from '../nd/volume.js';

/**
 * `10 · exp(−(d1 + d2)² / (2 · 5²))` on the background, where d1 and d2 are the distances to the two nearest objects
 * (O. Ronneberger et al., "U-Net", MICCAI 2015). With one object the background is the second, at distance 0. 0 on objects, and where there
 * are none.
 */
export function borderWeights(labels: Image): Float32Array {
  const { values } = volumeOf(labels);
  const { firstDistance, secondDistance } = nearestTwo(labels);
  return Float32Array.from(values, (label, at) => {
    if (label !== 0 || firstDistance[at] === Infinity) return 0;
    const sum = firstDistance[at] + (secondDistance[at] === Infinity ? 0 : secondDistance[at]);
    return 10 * Math.exp((-sum * sum) / 50);
  });
}
