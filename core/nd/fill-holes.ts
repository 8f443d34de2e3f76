/** Holes of objects. */

import { type Image, image } from '../image/image.js';
import { findRegions, type Region } from './regions.js';
import { neighbourSteps, threeAxes, volumeOf } from './volume.js';

/**
 * Gives the holes of each object in the first channel of `[[z,] y, x, c]` its label. A hole is what no way through other
 * pixels leads out of; objects that lie in a hole are taken over by the one around them. In the order of the labels, as
 * `scipy.ndimage.binary_fill_holes` of each.
 *
 * @param connectivity axes that steps of a way out may change: 1, the default, for faces only; the number of axes for all.
 * @param only the objects whose holes are filled; default all.
 * @returns labels of the type that came, one channel.
 */
export function fillHoles(labels: Image, connectivity = 1, only?: (region: Region) => boolean): Image {
  const { values, height, width, axes } = volumeOf(labels);
  const result = values.slice();
  for (const region of findRegions(labels)) {
    if (only && !only(region)) continue;
    const crop = cropOf(region);
    if (region.count === crop.size) continue;
    const filled = filledMask(
      crop,
      axes,
      connectivity,
      (z, y, x) => values[(z * height + y) * width + x] === region.label,
    );
    const [z0, y0, x0] = crop.start;
    const [, h, w] = crop.sides;
    for (let at = 0; at < filled.length; at++)
      if (filled[at] === 1) {
        const x = at % w;
        const y = Math.floor(at / w) % h;
        const z = Math.floor(at / (w * h));
        result[((z0 + z) * height + y0 + y) * width + x0 + x] = region.label;
      }
  }
  return image(result, [...labels.shape.slice(0, -1), 1], labels.metadata);
}

/** The bounding box of a region, `[z, y, x]`. */
interface Crop {
  readonly start: readonly [number, number, number];
  readonly sides: readonly [number, number, number];
  readonly size: number;
}

export function cropOf({ start, end }: Pick<Region, 'start' | 'end'>): Crop {
  const first = threeAxes(start, 0);
  const behind = threeAxes(end, 1);
  const sides = [behind[0] - first[0], behind[1] - first[1], behind[2] - first[2]] as const;
  return { start: first, sides, size: sides[0] * sides[1] * sides[2] };
}

/** 1 for pixels of a crop inside of an object or its holes. */
export function filledMask(
  crop: Crop,
  axes: 2 | 3,
  connectivity: number,
  inside: (z: number, y: number, x: number) => boolean,
): Uint8Array {
  // A border of one pixel around the crop is the outside that ways lead to.
  const [depth, height, width] = crop.sides;
  const [z0, y0, x0] = crop.start;
  const padZ = axes === 3 ? 1 : 0;
  const row = width + 2;
  const plane = (height + 2) * row;
  const blocked = new Uint8Array((depth + 2 * padZ) * plane);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0, at = (z + padZ) * plane + (y + 1) * row + 1; x < width; x++, at++)
        if (inside(z0 + z, y0 + y, x0 + x)) blocked[at] = 1;
  const steps = neighbourSteps(axes, connectivity);
  const queue = new Int32Array(blocked.length);
  let length = 1;
  blocked[0] = 2;
  for (let next = 0; next < length; next++) {
    const at = queue[next];
    const x = at % row;
    const y = Math.floor(at / row) % (height + 2);
    const z = Math.floor(at / plane);
    for (const step of steps) {
      const [nz, ny, nx] = [z + step.z, y + step.y, x + step.x];
      if (nx < 0 || nx >= row || ny < 0 || ny >= height + 2 || nz < 0 || nz >= depth + 2 * padZ) continue;
      const to = nz * plane + ny * row + nx;
      if (blocked[to] !== 0) continue;
      blocked[to] = 2;
      queue[length++] = to;
    }
  }
  const filled = new Uint8Array(crop.size);
  for (let z = 0, to = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0, at = (z + padZ) * plane + (y + 1) * row + 1; x < width; x++, at++, to++)
        if (blocked[at] !== 2) filled[to] = 1;
  return filled;
}
