/** Lines one pixel thick that keep the form of masks. */

import { type Image, image } from '../image/image.js';
import { volumeOf } from './volume.js';

/**
 * Thins what is not 0 in the first channel of `[[z,] y, x, c]`, as `skimage.morphology.skeletonize`: in 2D by T. Y. Zhang,
 * C. Y. Suen, Communications of the ACM 27 (1984), with the changes that scikit-image makes, in 3D by T. C. Lee, R. L. Kashyap, C. N. Chu, CVGIP 56 (1994).
 *
 * @returns uint8 `[[z,] y, x, 1]` of 0 and 1.
 */
export function skeletonize(mask: Image): Image {
  const { values, depth, height, width, axes } = volumeOf(mask);
  const pad = axes === 3 ? 1 : 0;
  const row = width + 2;
  const plane = row * (height + 2);
  const padded = new Uint8Array(plane * (depth + 2 * pad));
  const each = (visit: (at: number, pixel: number) => void) => {
    for (let z = 0, pixel = 0; z < depth; z++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++, pixel++) visit((z + pad) * plane + (y + 1) * row + x + 1, pixel);
  };
  each((at, pixel) => {
    padded[at] = Number(values[pixel] !== 0);
  });
  if (axes === 2) thinFlat(padded, row);
  else thinVolume(padded, row, plane);
  const result = new Uint8Array(values.length);
  each((at, pixel) => {
    result[pixel] = padded[at];
  });
  return image(result, [...mask.shape.slice(0, -1), 1], mask.metadata);
}

/** Patterns in which scikit-image departs from the paper: by what its passes delete. */
const DEPARTURES: readonly (readonly number[])[] = [
  [24, 192],
  [3, 6, 7, 67, 97, 99, 129, 133, 193, 208],
  [12, 13, 28, 48, 52, 54, 88, 96, 112],
  [5, 20, 65, 80],
];

/** For each pattern of neighbours (from the top, clockwise) whether the first (1), the second (2) or both passes delete. */
const DELETIONS = Uint8Array.from({ length: 256 }, (_, pattern) => {
  const departure = DEPARTURES.findIndex((patterns) => patterns.includes(pattern));
  if (departure >= 0) return departure;
  const p = Array.from({ length: 8 }, (_, k) => (pattern >> k) & 1);
  const count = p.reduce((sum, one) => sum + one, 0);
  const changes = p.filter((one, k) => one === 0 && p[(k + 1) % 8] === 1).length;
  if (count < 2 || count > 6 || changes !== 1) return 0;
  const [top, , right, , bottom, , left] = p;
  const first = top * right * bottom === 0 && right * bottom * left === 0;
  const second = top * right * left === 0 && top * bottom * left === 0;
  return Number(first) + 2 * Number(second);
});

function thinFlat(mask: Uint8Array, row: number): void {
  const around = [-row, -row + 1, 1, row + 1, row, row - 1, -1, -row - 1];
  let pixels = pixelsOf(mask);
  for (let changed = true; changed; ) {
    changed = false;
    for (const pass of [1, 2]) {
      const gone = pixels.filter((at) => {
        let pattern = 0;
        for (let k = 0; k < 8; k++) pattern |= mask[at + around[k]] << k;
        return (DELETIONS[pattern] & pass) !== 0;
      });
      for (const at of gone) mask[at] = 0;
      if (gone.length > 0) {
        changed = true;
        pixels = pixels.filter((at) => mask[at] === 1);
      }
    }
  }
}

function pixelsOf(mask: Uint8Array): number[] {
  const pixels: number[] = [];
  for (let at = 0; at < mask.length; at++) if (mask[at] === 1) pixels.push(at);
  return pixels;
}

function thinVolume(mask: Uint8Array, row: number, plane: number): void {
  const around = Int32Array.from({ length: 27 }, (_, k) => {
    const [z, y, x] = [Math.floor(k / 9) - 1, (Math.floor(k / 3) % 3) - 1, (k % 3) - 1];
    return z * plane + y * row + x;
  });
  let pixels = pixelsOf(mask);
  const near = new Uint8Array(27);
  const look = (at: number) => {
    let count = 0;
    for (let k = 0; k < 27; k++) {
      near[k] = mask[at + around[k]];
      count += near[k];
    }
    return count;
  };
  const directions = [-row, row, 1, -1, plane, -plane];
  for (let quiet = 0; quiet < directions.length; ) {
    quiet = 0;
    for (const direction of directions) {
      const found = pixels.filter(
        (at) => mask[at + direction] === 0 && look(at) !== 2 && keepsEuler(near) && isConnectedAround(near),
      );
      let removed = 0;
      for (const at of found) {
        look(at);
        if (!isConnectedAround(near)) continue;
        mask[at] = 0;
        removed++;
      }
      if (removed === 0) quiet++;
      else pixels = pixels.filter((at) => mask[at] === 1);
    }
  }
}

/**
 * Whether removing the middle of 3 × 3 × 3 voxels leaves the Euler number, with neighbours across corners: of the middle's corners,
 * edges and faces those count that no other voxel has.
 */
function keepsEuler(near: Uint8Array): boolean {
  // Corners − edges + faces − cells that go with the middle.
  let gone = -1;
  for (let k = 0; k < 27; k++) {
    if (k === 13) continue;
    const [z, y, x] = [Math.floor(k / 9) - 1, (Math.floor(k / 3) % 3) - 1, (k % 3) - 1];
    // Towards one neighbour lies a face, towards three an edge, towards seven a corner.
    let shared = false;
    for (const dz of z === 0 ? [0] : [0, z])
      for (const dy of y === 0 ? [0] : [0, y])
        for (const dx of x === 0 ? [0] : [0, x]) {
          const other = (dz + 1) * 9 + (dy + 1) * 3 + dx + 1;
          if (other !== 13 && near[other] === 1) shared = true;
        }
    if (!shared) gone += Math.abs(z) + Math.abs(y) + Math.abs(x) === 2 ? -1 : 1;
  }
  return gone === 0;
}

/** Neighbours of each of the 27 places, the middle left out. */
const TOUCHING: readonly (readonly number[])[] = Array.from({ length: 27 }, (_, k) =>
  Array.from({ length: 27 }, (_, other) => other).filter((other) => {
    const apart = [9, 3, 1].map((step) => Math.abs((Math.floor(k / step) % 3) - (Math.floor(other / step) % 3)));
    return other !== k && other !== 13 && Math.max(...apart) === 1;
  }),
);

/** Whether the voxels around the middle hang together. */
function isConnectedAround(near: Uint8Array): boolean {
  let left = 0;
  let start = -1;
  for (let k = 0; k < 27; k++)
    if (k !== 13 && near[k] === 1) {
      left |= 1 << k;
      start = k;
    }
  if (start < 0) return true;
  left &= ~(1 << start);
  const open = [start];
  for (let k = open.pop(); k !== undefined; k = open.pop())
    for (const other of TOUCHING[k])
      if ((left & (1 << other)) !== 0) {
        left &= ~(1 << other);
        open.push(other);
      }
  return left === 0;
}
