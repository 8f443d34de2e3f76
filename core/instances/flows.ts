/** Flows towards the centres of objects (Cellpose; BiaPy's Gv, Gh, Gz). */

import type { Image } from '../image/image.js';
import { volumeOf } from '../nd/volume.js';
import { objectCrops } from './object-crops.js';

/**
 * Directions of length 1 in which heat flows that spreads from the middle of each object (C. Stringer et al., Nature Methods 18, 2021):
 * at each of `2 (h + w + 4)` turns (`6 (d + h + w + 3)` in a volume) 1 is added to the object's pixel nearest to its mean, then each
 * pixel takes the mean of its 3 × 3 (× 3) neighbours, of which those outside of the object are 0. 0 outside of objects.
 *
 * @returns one array for each axis, z first in a volume.
 */
export function centreFlows(labels: Image): Float32Array[] {
  const { values, axes } = volumeOf(labels);
  const flows = Array.from({ length: axes }, () => new Float32Array(values.length));
  for (const { region, mask, each } of objectCrops(labels, 0)) {
    const sides = mask.shape.slice(0, -1);
    const [depth, height, width] = axes === 3 ? sides : [1, ...sides];
    const row = width + 2;
    const plane = row * (height + 2);
    const pixels: number[] = [];
    const places: number[] = [];
    let [source, nearest] = [0, Infinity];
    const [cz, cy, cx] = axes === 3 ? region.centroid : [0, ...region.centroid];
    const [z0, y0, x0] = axes === 3 ? region.start : [0, ...region.start];
    each((inCrop, inImage) => {
      if (mask.data[inCrop] === 0) return;
      const x = inCrop % width;
      const y = Math.floor(inCrop / width) % height;
      const z = Math.floor(inCrop / (width * height));
      const at = (z + axes - 2) * plane + (y + 1) * row + x + 1;
      pixels.push(at);
      places.push(inImage);
      const away = (z0 + z - cz) ** 2 + (y0 + y - cy) ** 2 + (x0 + x - cx) ** 2;
      if (away < nearest) [source, nearest] = [at, away];
    });
    const turns = axes === 3 ? 6 * (depth + height + width + 3) : 2 * (height + width + 4);
    const heat = spread(pixels, source, plane * (axes === 3 ? depth + 2 : 1), axes, row, plane, turns);
    const strides = axes === 3 ? [plane, row, 1] : [row, 1];
    for (const [i, at] of pixels.entries()) {
      const slopes = strides.map((stride) => heat[at + stride] - heat[at - stride]);
      const length = Math.sqrt(slopes.reduce((sum, slope) => sum + slope * slope, 0)) + 1e-60;
      for (const [axis, slope] of slopes.entries()) flows[axis][places[i]] = slope / length;
    }
  }
  return flows;
}

function spread(
  pixels: readonly number[],
  source: number,
  size: number,
  axes: 2 | 3,
  row: number,
  plane: number,
  turns: number,
): Float64Array {
  let heat = new Float64Array(size);
  let next = new Float64Array(size);
  for (let turn = 0; turn < turns; turn++) {
    heat[source] += 1;
    for (const at of pixels) {
      let sum = 0;
      for (let z = axes === 3 ? -plane : 0; z <= (axes === 3 ? plane : 0); z += plane)
        for (let y = -row; y <= row; y += row) sum += heat[at + z + y - 1] + heat[at + z + y] + heat[at + z + y + 1];
      next[at] = sum / 3 ** axes;
    }
    [heat, next] = [next, heat];
  }
  return heat;
}
