/** Distances to the edge of an object along rays (StarDist; BiaPy's R). */

import type { Image } from '../image/image.js';
import { volumeOf } from '../nd/volume.js';

/**
 * Directions of length 1, as `[y, x]` or `[z, y, x]`: in 2D evenly around, in 3D on a Fibonacci sphere (U. Schmidt et al., MICCAI
 * 2018; M. Weigert et al., WACV 2020).
 */
export function rayDirections(count: number, axes: 2 | 3): number[][] {
  const golden = (1 + Math.sqrt(5)) / 2;
  return Array.from({ length: count }, (_, k) => {
    if (axes === 2) return [Math.sin((2 * Math.PI * k) / count), Math.cos((2 * Math.PI * k) / count)];
    const z = 1 - (2 * (k + 0.5)) / count;
    const radius = Math.sqrt(1 - z * z);
    const angle = (2 * Math.PI * k) / golden;
    return [z, radius * Math.sin(angle), radius * Math.cos(angle)];
  });
}

/**
 * For each ray the distance, in pixels, from each pixel of an object to where the ray leaves the object or the image: steps of length
 * 1, each rounded to a pixel, less half a pixel along the axis that the ray is steepest in. 0 outside of objects.
 */
export function rayDistances(labels: Image, directions: readonly (readonly number[])[]): Float32Array[] {
  const { values, depth, height, width, axes } = volumeOf(labels);
  return directions.map((direction) => {
    const [dz, dy, dx] = axes === 3 ? direction : [0, ...direction];
    const correction = 1 - 0.5 / Math.max(Math.abs(dz), Math.abs(dy), Math.abs(dx));
    const found = new Float32Array(values.length);
    for (let z = 0, at = 0; z < depth; z++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++, at++) {
          const label = values[at];
          if (label === 0) continue;
          let steps = 1;
          for (; ; steps++) {
            const k = Math.round(z + steps * dz);
            const j = Math.round(y + steps * dy);
            const i = Math.round(x + steps * dx);
            if (i < 0 || i >= width || j < 0 || j >= height || k < 0 || k >= depth) break;
            if (values[(k * height + j) * width + i] !== label) break;
          }
          found[at] = steps - correction;
        }
    return found;
  });
}
