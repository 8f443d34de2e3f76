/** Bright blobs by the Laplacian of Gaussians. */

import { placeAt } from '../image/c-order.js';
import { type Image, sizeOf } from '../image/image.js';
import { correlateAxis } from './correlate.js';
import { volumeOf } from './volume.js';

export interface BlobOptions {
  /** Standard deviations in pixels of the smallest and the largest Gaussian; defaults 1 and 50. */
  minSigma?: number;
  maxSigma?: number;
  /** Gaussians in all, evenly spaced; default 10. */
  sigmas?: number;
  /** What the scaled Laplacian of a blob is above; default 0.2. */
  threshold?: number;
  /** Of two blobs that share a larger part of the smaller one the smaller goes; from 0 to 1, default 0.5. */
  overlap?: number;
}

export interface Blob {
  /** `[z, y, x]` or `[y, x]`. */
  readonly position: readonly number[];
  readonly sigma: number;
}

/**
 * Blobs in the first channel of `[[z,] y, x, c]`, as `skimage.feature.blob_log`: local maxima over place and size of the
 * negative Laplacian of Gaussians times σ² (T. Lindeberg, 1993), without those that overlap a larger one. The strongest
 * first. Values are taken as they are.
 */
export function blobLog(picture: Image, options: BlobOptions = {}): Blob[] {
  const { minSigma = 1, maxSigma = 50, sigmas = 10, threshold = 0.2, overlap = 0.5 } = options;
  const { values } = volumeOf(picture);
  const sides = picture.shape.slice(0, -1);
  const step = sigmas > 1 ? (maxSigma - minSigma) / (sigmas - 1) : 0;
  const sizes = Array.from({ length: sigmas }, (_, k) => minSigma + k * step);
  const source = Float64Array.from(values);
  const scales = sizes.map((sigma) => scaledLaplacian(source, sides, sigma));
  const found = maximaOverScales(scales, sides, threshold);
  return prune(
    found.map(({ at, scale }) => ({ position: placeAt(at, sides), sigma: sizes[scale] })),
    overlap,
  );
}

function scaledLaplacian(source: Float64Array, sides: readonly number[], sigma: number): Float64Array {
  const sum = new Float64Array(sizeOf(sides));
  const [smooth, curve] = [gaussian(sigma), secondDerivative(sigma)];
  for (let axis = 0; axis < sides.length; axis++) {
    let part = source;
    for (let other = 0; other < sides.length; other++)
      part = correlateAxis(part, sides, other, other === axis ? curve : smooth);
    for (let i = 0; i < sum.length; i++) sum[i] -= part[i] * sigma * sigma;
  }
  return sum;
}

function gaussian(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function secondDerivative(sigma: number): Float64Array {
  const weights = gaussian(sigma);
  const radius = weights.length >> 1;
  return weights.map((weight, i) => (weight * ((i - radius) ** 2 / sigma ** 2 - 1)) / sigma ** 2);
}

/** Pixels that are the greatest of their neighbours in place and size, the strongest first; outside counts as 0. */
function maximaOverScales(scales: readonly Float64Array[], sides: readonly number[], threshold: number) {
  const found: { at: number; scale: number; value: number }[] = [];
  const [depth, height, width] = sides.length === 3 ? sides : [1, ...sides];
  const around = sides.length === 3 ? [-1, 0, 1] : [0];
  for (const [scale, values] of scales.entries())
    for (let z = 0, at = 0; z < depth; z++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++, at++) {
          const value = values[at];
          if (!(value > threshold)) continue;
          let greatest = true;
          for (let k = Math.max(scale - 1, 0); k <= Math.min(scale + 1, scales.length - 1) && greatest; k++)
            for (const dz of around)
              for (let dy = -1; dy <= 1; dy++)
                for (let dx = -1; dx <= 1; dx++) {
                  const [nz, ny, nx] = [z + dz, y + dy, x + dx];
                  if (nz < 0 || nz >= depth || ny < 0 || ny >= height || nx < 0 || nx >= width) continue;
                  if (scales[k][(nz * height + ny) * width + nx] > value) greatest = false;
                }
          const edge =
            value < 0 &&
            (scale === 0 || scale + 1 === scales.length || y === 0 || x === 0 || y + 1 === height || x + 1 === width);
          if (greatest && !edge) found.push({ at, scale, value });
        }
  return found.sort((a, b) => b.value - a.value || a.at - b.at || a.scale - b.scale);
}

/** Drops the smaller of each two blobs that overlap too much; of equal ones the first. */
function prune(blobs: readonly Blob[], most: number): Blob[] {
  const gone = new Set<number>();
  for (const [i, one] of blobs.entries())
    for (let j = i + 1; j < blobs.length; j++) {
      if (gone.has(i)) break;
      if (gone.has(j) || sharedPart(one, blobs[j]) <= most) continue;
      gone.add(one.sigma > blobs[j].sigma ? j : i);
    }
  return blobs.filter((_, i) => !gone.has(i));
}

/** Part of the smaller of two disks, or balls, of radius σ √axes that lies in the larger one. */
function sharedPart(one: Blob, other: Blob): number {
  const axes = one.position.length;
  const largest = Math.max(one.sigma, other.sigma);
  const [a, b] = [one.sigma / largest, other.sigma / largest];
  const d = Math.hypot(...one.position.map((step, axis) => step - other.position[axis])) / (largest * Math.sqrt(axes));
  if (d > a + b) return 0;
  if (d <= Math.abs(a - b)) return 1;
  const least = Math.min(a, b);
  if (axes === 3) {
    const lens = ((a + b - d) ** 2 * (d * d + 2 * d * (a + b) - 3 * (a * a + b * b) + 6 * a * b)) / (12 * d);
    return lens / ((4 / 3) * least ** 3);
  }
  const angle = (own: number, next: number) =>
    Math.acos(Math.min(Math.max((d * d + own * own - next * next) / (2 * d * own), -1), 1));
  const kite = Math.sqrt(Math.abs((a + b - d) * (d - b + a) * (d + b - a) * (d + a + b))) / 2;
  return (a * a * angle(a, b) + b * b * angle(b, a) - kite) / (Math.PI * least * least);
}
