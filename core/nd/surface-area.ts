/** Areas of the surfaces of objects in volumes. */

import type { Image } from '../image/image.js';
import { rankLabels } from './relabel-sequential.js';
import { volumeOf } from './volume.js';

/**
 * Area of the surface of each object in the first channel of `[z, y, x, c]`, in faces of a voxel, by ascending label: that of
 * the triangles of marching cubes halfway between the object's voxels and the others. What lies outside of the volume
 * counts as outside of the object. As `skimage.measure.marching_cubes` at 0.5 and `mesh_surface_area` (T. Lewiner et al.,
 * "Efficient implementation of marching cubes' cases with topological guarantees", 2003).
 *
 * @throws RangeError for a flat image.
 */
export function surfaceAreas(labels: Image): Float64Array {
  const { values, depth, height, width, axes } = volumeOf(labels);
  if (axes === 2) throw new RangeError('a surface area is of volumes; flat objects have a perimeter');
  const { ids, rankOf } = rankLabels(values);
  const areas = new Float64Array(ids.length);
  const plane = height * width;
  // The four rows that a row of cubes touches; one outside of the volume holds background.
  const outside = new Uint8Array(width);
  const rowAt = (z: number, y: number) =>
    z >= 0 && z < depth && y >= 0 && y < height
      ? values.subarray(z * plane + y * width, z * plane + (y + 1) * width)
      : outside;
  const corners = new Float64Array(8);
  for (let z = -1; z < depth; z++)
    for (let y = -1; y < height; y++) {
      const rows = [rowAt(z, y), rowAt(z, y + 1), rowAt(z + 1, y), rowAt(z + 1, y + 1)];
      const [a, b, c, d] = rows;
      for (let x = 0; x <= width; x++) {
        const [left, right] = [x - 1, x];
        if (x > 0 && x < width) {
          const value = a[left];
          if (
            value === a[right] &&
            value === b[left] &&
            value === b[right] &&
            value === c[left] &&
            value === c[right] &&
            value === d[left] &&
            value === d[right]
          )
            continue;
        }
        for (let k = 0; k < 4; k++) {
          corners[2 * k] = x > 0 ? rows[k][left] : 0;
          corners[2 * k + 1] = x < width ? rows[k][right] : 0;
        }
        addCube(corners, areas, rankOf);
      }
    }
  return areas;
}

/** Adds the area within one cube to every object that has a corner of it. */
function addCube(corners: Float64Array, areas: Float64Array, rankOf: (label: number) => number): void {
  let open = 0xff;
  for (let k = 0; k < 8; k++) {
    if ((open & (1 << k)) === 0) continue;
    const label = corners[k];
    let pattern = 0;
    for (let other = k; other < 8; other++) if (corners[other] === label) pattern |= 1 << other;
    open &= ~pattern;
    if (label !== 0) areas[rankOf(label) - 1] += AREAS[pattern];
  }
}

/** Kind of triangles for each pattern of corners inside, as a hexadecimal digit; corner z, y, x is bit 4z + 2y + x. */
const KINDS =
  '0114148718474776148787d82ccbcb9718472ccb8d78c9b74776cb97c9b7aee4' +
  '182c47cb8dc978b747cb7697c9aeb7e48dc9c9aed59393e278b7b7e493e2e221' +
  '128c8cd94c7b7b878cd9d953ca9e9e324c7bca9e7967be747b879e32be74e221' +
  '4cca7b9e79be67747b9e8732bee2742179bebee2837272416774742172414110';

/** Area of each kind. */
const AREA_OF_KIND = [
  0,
  0.2165064,
  0.4330127,
  0.6495191,
  Math.SQRT1_2,
  0.8660254,
  1,
  1.1495191,
  1.2990381,
  1.3660254,
  Math.SQRT2,
  1.5731322,
  1.9508411,
  2.1495191,
  2.6097597,
];

const AREAS = Float64Array.from(KINDS, (kind) => AREA_OF_KIND[Number.parseInt(kind, 16)]);
