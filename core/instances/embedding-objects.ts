/** Objects out of spatial embeddings: EmbedSeg (M. Lalit, P. Tomancak, F. Jug, Medical Image Analysis 81, 2022). */

import { stridesOf } from '../image/c-order.js';
import { type Image, image } from '../image/image.js';

export interface EmbeddingOptions {
  /** Seediness above which pixels take part; default 0.5. */
  foreground?: number;
  /** Least seediness at which an object begins; default 0.9. */
  seed?: number;
  /** Objects are made of more pixels of foreground than this only; default 0. */
  leastForeground?: number;
  /** It ends when so many pixels, or fewer, belong to no object; default 0. */
  leastLeft?: number;
  /** Pixels of the side that embeddings take as 1: a pixel is `1 / (gridSide − 1)`. */
  gridSide: number;
  /** Length of a pixel along each axis, `[z,] y, x`; only ratios to that along y count. Default ones. */
  spacing?: readonly number[];
}

/**
 * Coordinates of a pixel along each axis, in the order x, y(, z) that the channels of an embedding have.
 *
 * @param spacing `[z,] y, x`.
 */
export function embeddingSteps(axes: number, gridSide: number, spacing?: readonly number[]): number[] {
  const lengths = spacing ?? new Array<number>(axes).fill(1);
  const along = lengths[axes - 2];
  return [...lengths].reverse().map((length) => length / along / (gridSide - 1));
}

/**
 * Labels from the prediction `[[z,] y, x, c]` of offsets, sigmas (each in the order x, y(, z)) and seediness.
 *
 * Each pixel points at a place, its own and its offset. The pixel of the highest seediness that belongs to no object yet takes those that
 * point near to where it points: `exp(−Σ s (e − e₀)²) > ½` with `s = exp(10 σ)` of its own. They are an object where more
 * than half of them belong to none yet, and are taken out either way.
 *
 * @returns uint32 `[[z,] y, x, 1]`, in the order in which objects are found.
 */
export function embeddingObjects(prediction: Image, options: EmbeddingOptions): Image {
  const { foreground = 0.5, seed = 0.9, leastForeground = 0, leastLeft = 0, gridSide, spacing } = options;
  const { data, shape } = prediction;
  const sides = shape.slice(0, -1);
  const axes = sides.length;
  const channels = shape[axes];
  const steps = embeddingSteps(axes, gridSide, spacing);
  const places: number[] = [];
  for (let at = 0, i = 2 * axes; i < data.length; at++, i += channels) if (data[i] > foreground) places.push(at);
  const labels = new Uint32Array(data.length / channels);
  const result = image(labels, [...sides, 1], prediction.metadata);
  if (places.length <= leastForeground) return result;

  const strides = stridesOf(sides).reverse();
  const lengths = [...sides].reverse();
  const points = Array.from({ length: axes }, (_, axis) =>
    Float64Array.from(
      places,
      (at) => data[at * channels + axis] + (Math.floor(at / strides[axis]) % lengths[axis]) * steps[axis],
    ),
  );
  const seediness = Float64Array.from(places, (at) => data[at * channels + 2 * axes]);
  const order = Uint32Array.from(places.keys()).sort((p, q) => seediness[q] - seediness[p] || p - q);
  const free = new Uint8Array(places.length).fill(1);
  const near = new Uint32Array(places.length);
  let left = places.length;
  let count = 0;
  for (const start of order) {
    if (left <= leastLeft || seediness[start] < seed) break;
    if (free[start] === 0) continue;
    free[start] = 0;
    left--;
    const found = gather(points, start, data, places[start] * channels + axes, near);
    let fresh = 0;
    for (let i = 0; i < found; i++) fresh += free[near[i]];
    if (fresh > found / 2) {
      count++;
      for (let i = 0; i < found; i++) labels[places[near[i]]] = count;
    }
    for (let i = 0; i < found; i++) free[near[i]] = 0;
    left -= fresh;
  }
  return result;
}

/** Writes the pixels that point near to where `start` points into `near`. @returns how many. */
function gather(
  points: readonly Float64Array[],
  start: number,
  sigmas: ArrayLike<number>,
  first: number,
  near: Uint32Array,
): number {
  const centre = points.map((along) => along[start]);
  const narrow = points.map((_, axis) => Math.exp(10 * sigmas[first + axis]));
  const [px, py, pz] = points;
  const [cx, cy, cz] = centre;
  const [sx, sy, sz] = narrow;
  let count = 0;
  for (let i = 0; i < px.length; i++) {
    let far = sx * (px[i] - cx) ** 2 + sy * (py[i] - cy) ** 2;
    if (pz) far += sz * (pz[i] - cz) ** 2;
    if (far < Math.LN2) near[count++] = i;
  }
  return count;
}
