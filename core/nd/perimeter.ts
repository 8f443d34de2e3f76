/** Lengths of the outlines of flat objects. */

import type { Image } from '../image/image.js';
import { rankLabels } from './relabel-sequential.js';
import { volumeOf } from './volume.js';

/**
 * Perimeter of each object in the first channel of `[y, x, c]`, in pixels, by ascending label: length of the line through the
 * centres of its border pixels, those with one of their 4 neighbours outside. As `skimage.measure.perimeter` (K. Benkrid,
 * D. Crookes, "Design and FPGA implementation of a perimeter estimator", 2000).
 *
 * @throws RangeError for a volume.
 */
export function perimeters(labels: Image): Float64Array {
  const { values, height, width, axes } = volumeOf(labels);
  if (axes === 3) throw new RangeError('a perimeter is of flat objects; volumes have a surface area');
  const { ids, rankOf } = rankLabels(values);
  const border = new Uint8Array(values.length);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const label = values[at];
      if (label === 0) continue;
      const inner =
        x > 0 &&
        x + 1 < width &&
        y > 0 &&
        y + 1 < height &&
        values[at - 1] === label &&
        values[at + 1] === label &&
        values[at - width] === label &&
        values[at + width] === label;
      if (!inner) border[at] = 1;
    }
  const lengths = new Float64Array(ids.length);
  const linked = (at: number, label: number) => (border[at] === 1 && values[at] === label ? 1 : 0);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      if (border[at] === 0) continue;
      const label = values[at];
      const [left, right, above, below] = [x > 0, x + 1 < width, y > 0, y + 1 < height];
      let sides = 0;
      let corners = 0;
      if (left) sides += linked(at - 1, label);
      if (right) sides += linked(at + 1, label);
      if (above) {
        sides += linked(at - width, label);
        if (left) corners += linked(at - width - 1, label);
        if (right) corners += linked(at - width + 1, label);
      }
      if (below) {
        sides += linked(at + width, label);
        if (left) corners += linked(at + width - 1, label);
        if (right) corners += linked(at + width + 1, label);
      }
      lengths[rankOf(label) - 1] += LENGTHS[1 + 2 * sides + 10 * corners];
    }
  return lengths;
}

/** Length that a border pixel adds: by 1 for itself, 2 for each border pixel beside it, 10 for each at a corner. */
const LENGTHS = (() => {
  const lengths = new Float64Array(50);
  for (const pattern of [5, 7, 15, 17, 25, 27]) lengths[pattern] = 1;
  for (const pattern of [21, 33]) lengths[pattern] = Math.SQRT2;
  for (const pattern of [13, 23]) lengths[pattern] = (1 + Math.SQRT2) / 2;
  return lengths;
})();

/**
 * Perimeter of a flat object by the Crofton formula with four directions, as `skimage.measure.perimeter_crofton`: how often
 * parallel lines enter it, times their distance (S. Rivollier et al., Image Analysis & Stereology 29, 2010).
 *
 * @param mask C order, 1 on the object.
 * @param sides `[y, x]`.
 */
export function croftonPerimeter(mask: Uint8Array, [height, width]: readonly number[]): number {
  const inside = (y: number, x: number) => (y >= 0 && y < height && x >= 0 && x < width ? mask[y * width + x] : 0);
  let [straight, diagonal] = [0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue;
      straight += 2 - inside(y, x - 1) - inside(y - 1, x);
      diagonal += 2 - inside(y - 1, x - 1) - inside(y - 1, x + 1);
    }
  return (Math.PI / 4) * (straight + diagonal / Math.SQRT2);
}
