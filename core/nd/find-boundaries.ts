/** Boundaries between labels. */

import { type Image, image } from '../image/image.js';
import { neighbourSteps, type Volume, volumeOf } from './volume.js';

/** Which pixels are the boundary: those on both sides, those of objects, those outside, or the lines between pixels. */
export type BoundaryMode = 'thick' | 'inner' | 'outer' | 'subpixel';

/**
 * Boundaries in the first channel of `[[z,] y, x, c]`, 0 being the background, as `skimage.segmentation.find_boundaries`.
 *
 * @param connectivity axes that neighbours may differ in; default 1. Lines between pixels are found the same for all.
 * @returns uint8 `[[z,] y, x, 1]` of 0 and 1; for `subpixel` with sides `2·side − 1`, pixels at the even places.
 */
export function findBoundaries(labels: Image, mode: BoundaryMode = 'thick', connectivity = 1): Image {
  if (mode === 'subpixel') return betweenPixels(labels);
  const volume = volumeOf(labels);
  const { values, axes } = volume;
  const found = new Uint8Array(values.length);
  const differs: NeighbourTest = (own, other) => own !== other;
  eachWithNeighbour(volume, connectivity, differs, (at) => {
    if (mode !== 'inner' || values[at] !== 0) found[at] = 1;
  });
  if (mode === 'outer') {
    const touching = new Uint8Array(values.length);
    eachWithNeighbour(volume, axes, anotherObject, (at) => {
      touching[at] = 1;
    });
    for (let at = 0; at < found.length; at++) if (values[at] !== 0 && touching[at] === 0) found[at] = 0;
  }
  return image(found, [...labels.shape.slice(0, -1), 1], labels.metadata);
}

/** Pixels of objects with another object among all their 8 or 26 neighbours; uint8 `[[z,] y, x, 1]`. */
export function touchingObjects(labels: Image): Image {
  const volume = volumeOf(labels);
  const found = new Uint8Array(volume.values.length);
  eachWithNeighbour(volume, volume.axes, anotherObject, (at) => {
    found[at] = 1;
  });
  return image(found, [...labels.shape.slice(0, -1), 1], labels.metadata);
}

type NeighbourTest = (own: number, other: number) => boolean;

const anotherObject: NeighbourTest = (own, other) => own !== 0 && other !== 0 && own !== other;

/** Calls `visit` for each pixel that has a neighbour for which the test is true. */
function eachWithNeighbour(
  { values, depth, height, width, axes }: Volume,
  connectivity: number,
  test: NeighbourTest,
  visit: (at: number) => void,
): void {
  const plane = height * width;
  const steps = neighbourSteps(axes, connectivity).map((step) => ({
    ...step,
    offset: step.z * plane + step.y * width + step.x,
  }));
  for (let z = 0, at = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        const own = values[at];
        for (let k = 0; k < steps.length; k++) {
          const step = steps[k];
          const [nz, ny, nx] = [z + step.z, y + step.y, x + step.x];
          if (nx < 0 || nx >= width || ny < 0 || ny >= height || nz < 0 || nz >= depth) continue;
          if (test(own, values[at + step.offset])) {
            visit(at);
            break;
          }
        }
      }
}

function betweenPixels(labels: Image): Image {
  const { values, height, width } = volumeOf(labels);
  const sides = labels.shape.slice(0, -1).map((side) => 2 * side - 1);
  const [d, h, w] = sides.length === 3 ? sides : [1, ...sides];
  const found = new Uint8Array(d * h * w);
  for (let z = 0, at = 0; z < d; z++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++, at++) {
        if (((z | y | x) & 1) === 0) continue;
        const first = values[((z >> 1) * height + (y >> 1)) * width + (x >> 1)];
        search: for (let k = z >> 1; k <= (z + 1) >> 1; k++)
          for (let j = y >> 1; j <= (y + 1) >> 1; j++)
            for (let i = x >> 1; i <= (x + 1) >> 1; i++)
              if (values[(k * height + j) * width + i] !== first) {
                found[at] = 1;
                break search;
              }
      }
  return image(found, [...sides, 1], labels.metadata);
}
