/** Channels of distances: to boundaries, centres and neighbours (BiaPy's Db, Dc, Dn, D). */

import { type Image, image } from '../image/image.js';
import { distanceTransform } from '../nd/distance-transform.js';
import { cropOf, filledMask } from '../nd/fill-holes.js';
import { box } from '../nd/footprint.js';
import { labelDistance } from '../nd/label-distance.js';
import { close } from '../nd/morphology.js';
import { nearestTwo } from '../nd/nearest-objects.js';
import { findRegions } from '../nd/regions.js';
import { rankLabels } from '../nd/relabel-sequential.js';
import { volumeOf } from '../nd/volume.js';
import { skeletons } from './masks.js';
import { objectCrops } from './object-crops.js';

export type BoundaryDistanceType = 'norm' | 'raw' | 'discretize';

/**
 * Distance of each pixel of an object to the nearest one outside of it. `norm` brings each object to [0, 1] by its least and
 * greatest distance, `discretize` gives classes 1 to 10 of that and 0 outside. An object that fills the image has no boundary: 0.
 */
export function boundaryDistance(labels: Image, type: BoundaryDistanceType = 'norm'): Float32Array {
  const distances = finite(labelDistance(labels).data as Float32Array);
  if (type === 'raw') return distances;
  const normalized = normalizeObjects(labels, distances);
  if (type === 'norm') return normalized;
  const { values } = volumeOf(labels);
  return normalized.map((value, at) => (values[at] === 0 ? 0 : Math.min(Math.floor(value / 0.1), 9) + 1));
}

/** Infinity becomes 0: where there is nothing to be away from. */
function finite(distances: Float32Array): Float32Array {
  return distances.map((distance) => (distance === Infinity ? 0 : distance));
}

/** Values of each object brought to [0, 1] by their least and greatest; 0 where they are all the same, and outside. */
export function normalizeObjects(labels: Image, distances: Float32Array): Float32Array {
  const { values } = volumeOf(labels);
  const { ids, rankOf } = rankLabels(values);
  const least = new Float64Array(ids.length + 1).fill(Infinity);
  const most = new Float64Array(ids.length + 1).fill(-Infinity);
  for (let at = 0; at < values.length; at++) {
    if (values[at] === 0) continue;
    const rank = rankOf(values[at]);
    if (distances[at] < least[rank]) least[rank] = distances[at];
    if (distances[at] > most[rank]) most[rank] = distances[at];
  }
  return distances.map((distance, at) => {
    const rank = values[at] === 0 ? 0 : rankOf(values[at]);
    return rank > 0 && most[rank] > least[rank] ? (distance - least[rank]) / (most[rank] - least[rank]) : 0;
  });
}

/** Distance of each pixel of an object to its centroid, in pixels, or to its skeleton; each object brought to [0, 1] by `norm`. */
export function centreDistance(labels: Image, type: 'centroid' | 'skeleton' = 'centroid', norm = true): Float32Array {
  const distances = type === 'centroid' ? toCentroids(labels) : toSkeletons(labels);
  return norm ? normalizeObjects(labels, distances) : distances;
}

function toCentroids(labels: Image): Float32Array {
  const { values, height, width } = volumeOf(labels);
  const found = new Float32Array(values.length);
  for (const region of findRegions(labels)) {
    const { start, sides } = cropOf(region);
    const [cz, cy, cx] = region.centroid.length === 3 ? region.centroid : [0, ...region.centroid];
    for (let z = start[0]; z < start[0] + sides[0]; z++)
      for (let y = start[1]; y < start[1] + sides[1]; y++)
        for (let x = start[2], at = (z * height + y) * width + x; x < start[2] + sides[2]; x++, at++)
          if (values[at] === region.label) found[at] = Math.sqrt((z - cz) ** 2 + (y - cy) ** 2 + (x - cx) ** 2);
  }
  return found;
}

function toSkeletons(labels: Image): Float32Array {
  const marks = skeletons(labels);
  const found = new Float32Array(marks.length);
  for (const { mask, each } of objectCrops(labels, 0)) {
    // Only the object's own skeleton counts, also where a neighbour's lies in the same box.
    const away = mask.data.slice().fill(1);
    each((inCrop, inImage) => {
      if (mask.data[inCrop] === 1 && marks[inImage] === 1) away[inCrop] = 0;
    });
    const { data } = distanceTransform(image(away, mask.shape));
    each((inCrop, inImage) => {
      if (mask.data[inCrop] === 1) found[inImage] = data[inCrop];
    });
  }
  // A block of two pixels each way may be left without a skeleton.
  return finite(found);
}

export interface NeighbourOptions {
  norm?: boolean;
  /** Side of the box that gaps between objects are closed with; below 2 nothing is closed. */
  closing_size?: number;
  decline_power?: number;
}

/**
 * How near the next object is (T. Scherr et al., "Cell segmentation and tracking using CNN-based distance predictions", 2020):
 * with `norm` 1 − distance / greatest distance in the object, else greatest distance in the image − distance. Gaps between objects are
 * closed by a grey closing, and the result is raised to a power, so that it declines fast. An object alone has 0.
 */
export function neighbourDistance(labels: Image, options: NeighbourOptions = {}): Float32Array {
  const { norm = true, closing_size: side = 3, decline_power: power = 3 } = options;
  const { values, axes } = volumeOf(labels);
  const { ids, rankOf } = rankLabels(values);
  let near = new Float32Array(values.length);
  if (ids.length < 2) return near;
  const { secondDistance } = nearestTwo(labels);
  const most = new Float64Array(ids.length + 1);
  for (let at = 0; at < values.length; at++)
    if (values[at] !== 0) most[rankOf(values[at])] = Math.max(most[rankOf(values[at])], secondDistance[at]);
  const farthest = most.reduce((greatest, one) => Math.max(greatest, one), 0);
  for (let at = 0; at < values.length; at++)
    if (values[at] !== 0)
      near[at] = norm ? 1 - secondDistance[at] / most[rankOf(values[at])] : farthest - secondDistance[at];
  if (side > 1) near = closeGrey(near, labels.shape.slice(0, -1), side, axes);
  const whole = norm ? 1 : near.reduce((greatest, value) => Math.max(greatest, value), 0);
  return near.map((value) => (whole > 0 ? (value / whole) ** power : 0));
}

function closeGrey(
  values: Float32Array,
  sides: readonly number[],
  side: number,
  axes: number,
): Float32Array<ArrayBuffer> {
  // Boxes of even sides have no middle: the next larger one is taken.
  const odd = side % 2 === 0 ? side + 1 : side;
  const closed = close(image(values, [...sides, 1]), box(new Array(axes).fill(odd)));
  return Float32Array.from(closed.data);
}

/**
 * Distance to the boundary of each object with its holes filled, by the greatest in the object: in (0, 1]; −1 on the
 * background. Where a hole holds another object the greater value stays.
 */
export function filledDistance(labels: Image): Float32Array {
  const axes = (labels.shape.length - 1) as 2 | 3;
  const found = new Float32Array(volumeOf(labels).values.length);
  for (const { mask, each } of objectCrops(labels, 1)) {
    const sides = mask.shape.slice(0, -1);
    const crop = cropOf({ start: sides.map(() => 0), end: sides });
    const [, h, w] = crop.sides;
    const filled = filledMask(crop, axes, 1, (z, y, x) => mask.data[(z * h + y) * w + x] === 1);
    const { data } = distanceTransform(image(filled, mask.shape));
    let most = 0;
    for (const distance of data) if (distance !== Infinity && distance > most) most = distance;
    each((inCrop, inImage) => {
      // An object that fills the image has no boundary: it is its own middle.
      const value = data[inCrop] === Infinity ? 1 : data[inCrop] / (most + 1e-6);
      if (value > found[inImage]) found[inImage] = value;
    });
  }
  return found.map((value) => (value === 0 ? -1 : value));
}
