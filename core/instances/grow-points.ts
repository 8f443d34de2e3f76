/** Objects that grow from detected points over the edges in an image (TEST.POST_PROCESSING.DET_WATERSHED). */

import { stridesOf } from '../image/c-order.js';
import { type Image, image, sizeOf } from '../image/image.js';
import { equalizeAdaptive } from '../nd/equalize-adaptive.js';
import { ball, windowOf } from '../nd/footprint.js';
import { dilate, erode } from '../nd/morphology.js';
import { paintPoints } from '../nd/paint-points.js';
import { watershed } from '../nd/watershed.js';
import { ringOf } from './ring-cells.js';

export interface RingOptions {
  /** Sides of the patch, `[z,] y, x`, that holds the largest ring. */
  readonly patch: readonly number[];
  /** Pixels between the rims from which on a seed is made larger. */
  readonly diameter: number;
  /** Whether the point of this place in the list may be a ring. */
  readonly among: (point: number) => boolean;
}

export interface GrowthOptions {
  /** Sides of the box that each point is first made, `[z,] y, x`; default one pixel. */
  readonly seed?: readonly number[];
  readonly rings?: RingOptions;
}

/** What objects grow from, and over. */
export interface GrownPoints {
  /** uint32 `[[z,] y, x, 1]`, as all of these. */
  readonly labels: Image;
  /** The background, which grows too, has the number behind the greatest label. */
  readonly seeds: Image;
  /** uint8: where it is high, objects meet. */
  readonly edges: Image;
}

/** Radius of the neighbourhood of an edge. */
const EDGE_RADIUS = 3;

/** Side of the square in the first corner that the background grows from. */
const CORNER = 4;

/** Radii of the dilation and the erosion, in each plane, that smooth objects. */
const SMOOTHING = { dilation: 5, erosion: { 2: 3, 3: 2 } } as const;

/** Share of the distance between the rims of a ring that its seed does not fill. */
const MARGIN = 0.4;

/**
 * Labels from points `[z,] y, x` in an image `[[z,] y, x, c]`, whose channels are averaged.
 *
 * Seeds are boxes around the points, those of earlier points on top; seeds of rings are made larger, up to the rims. They and a
 * square of 4 pixels in the first corner, the background, grow over the difference between the greatest and the least value
 * within 3 pixels of the image after CLAHE. In each plane objects are then dilated into the background by 5 pixels and eroded
 * by 3, in a volume by 2.
 *
 * BiaPy's seeds may merge, and its square hides a point in the corner; here every point has a seed of its own.
 *
 * @param ids labels of the points, from 1 on.
 */
export function growPoints(
  raw: Image,
  points: readonly (readonly number[])[],
  ids: readonly number[],
  options: GrowthOptions = {},
): GrownPoints {
  const sides = raw.shape.slice(0, -1);
  const axes = sides.length as 2 | 3;
  const levels = equalized(raw);
  const seeds = image(new Uint32Array(sizeOf(sides)), [...sides, 1]);
  const background = ids.reduce((most, id) => Math.max(most, id), 0) + 1;
  const corner = windowOf(sides.map((_, axis) => (axis < axes - 2 ? 1 : 2 * CORNER - 1)));
  paintPoints(seeds.data, sides, [sides.map(() => 0)], corner, () => background);
  // The strongest come first in the list, and are painted last.
  const backwards = points.map((_, i) => points.length - 1 - i);
  const box = windowOf(options.seed ?? sides.map(() => 1));
  paintPoints(
    seeds.data,
    sides,
    backwards.map((i) => points[i]),
    box,
    (i) => ids[backwards[i]],
  );
  if (options.rings) enlargeRings(seeds, levels, points, ids, options.seed ?? sides.map(() => 1), options.rings);
  const neighbourhood = ball(EDGE_RADIUS, axes);
  const [greatest, least] = [dilate(levels, neighbourhood).data, erode(levels, neighbourhood).data];
  const edges = image(
    Uint8Array.from(greatest, (value, at) => value - least[at]),
    [...sides, 1],
  );
  const grown = watershed(edges, seeds);
  for (let at = 0; at < grown.data.length; at++) if (grown.data[at] === background) grown.data[at] = 0;
  const { metadata } = raw;
  return { labels: { ...smoothed(grown), metadata }, seeds: { ...seeds, metadata }, edges: { ...edges, metadata } };
}

/** Mean of the channels, stretched to 0 … 255, after CLAHE, in 8 bits. */
function equalized({ data, shape }: Image): Image {
  const channels = shape[shape.length - 1];
  const mean = new Float64Array(data.length / channels);
  for (let i = 0; i < data.length; i++) mean[Math.floor(i / channels)] += data[i] / channels;
  let [least, most] = [Infinity, -Infinity];
  for (const value of mean) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const scale = most > least ? 255 / (most - least) : 0;
  const bytes = Uint8Array.from(mean, (value) => Math.floor((value - least) * scale));
  const even = equalizeAdaptive(image(bytes, [...shape.slice(0, -1), 1])).data;
  return image(
    Uint8Array.from(even, (value) => Math.round(value * 255)),
    [...shape.slice(0, -1), 1],
  );
}

function enlargeRings(
  seeds: Image,
  levels: Image,
  points: readonly (readonly number[])[],
  ids: readonly number[],
  seed: readonly number[],
  { patch, diameter, among }: RingOptions,
): void {
  const sides = seeds.shape.slice(0, -1);
  const [ofY, ofX] = [sides.length - 2, sides.length - 1];
  const strides = stridesOf(sides);
  for (const [i, point] of points.entries()) {
    if (!among(i)) continue;
    const cut = (axis: number) => {
      const first = Math.max(point[axis] - (patch[axis] >> 1), 0);
      const end = Math.min(point[axis] + (patch[axis] >> 1), sides[axis]);
      const origin = point.reduce((sum, place, other) => sum + (other === axis ? first : place) * strides[other], 0);
      const line = Float64Array.from({ length: end - first }, (_, k) => levels.data[origin + k * strides[axis]]);
      return { line, middle: point[axis] - first };
    };
    const [y, x] = [cut(ofY), cut(ofX)];
    const ring = ringOf({ y: y.line, x: x.line }, { y: y.middle, x: x.middle }, { y: patch[ofY], x: patch[ofX] });
    if (!ring || ring.y + ring.x < 2 * diameter) continue;
    const inner = (distance: number, own: number) => distance - own - Math.floor((distance - own) * MARGIN);
    const larger = sides.map((_, axis) =>
      axis === ofY ? inner(ring.y, seed[ofY]) : axis === ofX ? inner(ring.x, seed[ofX]) : seed[axis],
    );
    if (larger.some((side) => side < 1)) continue;
    const reach = windowOf(larger.map((side, axis) => side + seed[axis] - 1)).sides.map((side) => side >> 1);
    fillAround(seeds, point, reach, ids[i]);
  }
}

/** Gives the pixels of a box around a point that have no label yet one. */
function fillAround(labels: Image, point: readonly number[], reach: readonly number[], label: number): void {
  const sides = labels.shape.slice(0, -1);
  const first = point.map((place, axis) => Math.max(place - reach[axis], 0));
  const last = point.map((place, axis) => Math.min(place + reach[axis], sides[axis] - 1));
  const visit = (axis: number, offset: number) => {
    for (let place = first[axis]; place <= last[axis]; place++) {
      const at = offset * sides[axis] + place;
      if (axis + 1 < sides.length) visit(axis + 1, at);
      else if (labels.data[at] === 0) labels.data[at] = label;
    }
  };
  visit(0, 0);
}

/** Grown into the background and cut back, plane by plane. */
function smoothed(labels: Image): Image {
  const axes = (labels.shape.length - 1) as 2 | 3;
  const [height, width] = labels.shape.slice(-3);
  const [wide, narrow] = [ball(SMOOTHING.dilation, 2), ball(SMOOTHING.erosion[axes], 2)];
  const result = new Uint32Array(labels.data.length);
  for (let from = 0; from < result.length; from += height * width) {
    const plane = image(labels.data.subarray(from, from + height * width), [height, width, 1]);
    const around = dilate(plane, wide).data;
    const filled = Uint32Array.from(plane.data, (label, at) => label || around[at]);
    result.set(erode(image(filled, plane.shape), narrow).data, from);
  }
  return image(result, labels.shape);
}
