/** Objects out of flows towards their centres: Cellpose (C. Stringer et al., Nature Methods 18, 2021). */

import { type Image, image } from '../image/image.js';
import { connectedComponents } from '../nd/connected-components.js';
import { findRegions } from '../nd/regions.js';
import { relabelSequential } from '../nd/relabel-sequential.js';
import { removeObjects } from '../nd/remove-objects.js';
import { centreFlows } from './flows.js';

export interface FlowOptions {
  /** Steps of each pixel along the flow; default 200. */
  steps?: number;
  /** Mean squared difference of an object's flow to that of its own form from which on it is dropped; 0 for none, default 0.4. */
  largestError?: number;
}

/** Pixels, more than which must end in one place for an object to begin there, and for it to grow on. */
const LEAST_PEAK = 10;
const LEAST_GROWTH = 2;

/** Pixels around a place in which a peak is the greatest, and steps in which it grows. */
const PEAK_RADIUS = 2;
const GROWTH = 5;

/**
 * Every pixel of the foreground walks along the flow. Where many end objects begin: places that more pixels end in than in any other of
 * the 5 × 5 (× 5) around, and more than 10, grow five times by a pixel over places in which more than 2 end, the greatest
 * taking from the others. Objects whose pixels flow otherwise than their form says are dropped.
 *
 * @param flows steps in pixels, one array for each axis, z first in a volume; outside of the foreground they count as 0.
 * @param foreground 1 inside.
 * @param sides of the image, `[z,] y, x`.
 * @returns uint32 `[[z,] y, x, 1]`, numbered without gaps by the number of pixels that end in their centres.
 */
export function flowObjects(
  flows: readonly Float32Array[],
  foreground: Uint8Array,
  sides: readonly number[],
  options: FlowOptions = {},
): Image {
  const { steps = 200, largestError = 0.4 } = options;
  const inside = flows.map((flow) => flow.map((value, at) => (foreground[at] === 0 ? 0 : value)));
  const ends = walk(inside, foreground, sides, steps);
  const counts = new Int32Array(foreground.length);
  for (const end of ends) if (end >= 0) counts[end]++;
  const places = growPeaks(counts, sides);
  const found = new Uint32Array(foreground.length);
  for (let at = 0; at < found.length; at++) if (ends[at] >= 0) found[at] = places[ends[at]];
  const labels = relabelSequential(image(found, [...sides, 1])).labels;
  return largestError > 0 ? relabelSequential(removeAstray(labels, inside, largestError)).labels : labels;
}

/** Place at which each pixel of the foreground ends; −1 for the others. */
function walk(
  flows: readonly Float32Array[],
  foreground: Uint8Array,
  sides: readonly number[],
  steps: number,
): Int32Array {
  const [depth, height, width] = sides.length === 3 ? sides : [1, ...sides];
  const [alongY, alongX] = flows.slice(-2);
  const alongZ = sides.length === 3 ? flows[0] : undefined;
  const plane = height * width;
  const ends = new Int32Array(foreground.length).fill(-1);
  for (let at = 0; at < ends.length; at++) {
    if (foreground[at] === 0) continue;
    let x = at % width;
    let y = Math.floor(at / width) % height;
    let z = Math.floor(at / plane);
    for (let step = 0; step < steps; step++) {
      // Linear between the pixels around; at the last one of an axis there is none behind.
      const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
      const [fx, fy, fz] = [x - i, y - j, z - k];
      const right = i + 1 < width ? 1 : 0;
      const below = j + 1 < height ? width : 0;
      const corner = (k * height + j) * width + i;
      const [a, b, c, d] = [(1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx];
      const within = (flow: Float32Array, from: number) =>
        a * flow[from] + b * flow[from + right] + c * flow[from + below] + d * flow[from + below + right];
      let dx: number;
      let dy: number;
      let dz = 0;
      if (alongZ === undefined) {
        dy = within(alongY, corner);
        dx = within(alongX, corner);
      } else {
        const behind = corner + (k + 1 < depth ? plane : 0);
        dz = (1 - fz) * within(alongZ, corner) + fz * within(alongZ, behind);
        dy = (1 - fz) * within(alongY, corner) + fz * within(alongY, behind);
        dx = (1 - fz) * within(alongX, corner) + fz * within(alongX, behind);
      }
      if (dx === 0 && dy === 0 && dz === 0) break;
      x = clamp(x + dx, width);
      y = clamp(y + dy, height);
      z = clamp(z + dz, depth);
    }
    ends[at] = (Math.floor(z) * height + Math.floor(y)) * width + Math.floor(x);
  }
  return ends;
}

function clamp(place: number, side: number): number {
  return place < 0 ? 0 : place > side - 1 ? side - 1 : place;
}

/** Numbers of the peaks, by the pixels that end in them, on the places that they grow to. */
function growPeaks(counts: Int32Array, sides: readonly number[]): Uint32Array {
  const [depth, height, width] = sides.length === 3 ? sides : [1, ...sides];
  const each = (at: number, radius: number, visit: (other: number) => void) => {
    const x = at % width;
    const y = Math.floor(at / width) % height;
    const z = Math.floor(at / (width * height));
    for (let k = Math.max(z - radius, 0); k <= Math.min(z + radius, depth - 1); k++)
      for (let j = Math.max(y - radius, 0); j <= Math.min(y + radius, height - 1); j++)
        for (let i = Math.max(x - radius, 0); i <= Math.min(x + radius, width - 1); i++)
          visit((k * height + j) * width + i);
  };
  const peaks: number[] = [];
  for (let at = 0; at < counts.length; at++) {
    if (counts[at] <= LEAST_PEAK) continue;
    let greatest = true;
    each(at, PEAK_RADIUS, (other) => {
      if (counts[other] > counts[at]) greatest = false;
    });
    if (greatest) peaks.push(at);
  }
  peaks.sort((a, b) => counts[a] - counts[b] || a - b);
  const places = new Uint32Array(counts.length);
  for (const [i, peak] of peaks.entries()) {
    const reached = new Set([peak]);
    let rim = [peak];
    for (let turn = 0; turn < GROWTH; turn++) {
      const next: number[] = [];
      for (const at of rim)
        each(at, 1, (other) => {
          if (counts[other] <= LEAST_GROWTH || reached.has(other)) return;
          reached.add(other);
          next.push(other);
        });
      rim = next;
    }
    for (const at of reached) places[at] = i + 1;
  }
  return places;
}

/** Objects without those whose flow is not that of their form. Along z differences count half. */
function removeAstray(labels: Image, flows: readonly Float32Array[], largestError: number): Image {
  const own = centreFlows(labels);
  const errors = new Map<number, number>();
  for (let at = 0; at < labels.data.length; at++) {
    const label = labels.data[at];
    if (label === 0) continue;
    let error = 0;
    for (const [axis, flow] of own.entries()) {
      const weight = own.length === 3 && axis === 0 ? 0.5 : 1;
      error += weight * (flow[at] - flows[axis][at]) ** 2;
    }
    errors.set(label, (errors.get(label) ?? 0) + error);
  }
  return removeObjects(labels, ({ label, count, start, end }) => {
    // A form of one pixel along any axis has no flow to compare with.
    const thin = end.some((behind, axis) => behind - start[axis] < 2);
    return !thin && errors.get(label)! / count > largestError;
  });
}

/** Objects of which a median can be taken. */
const LEAST_OBJECTS = 3;

/**
 * Median diameter, in pixels, of circles (spheres in a volume) as large as the connected parts of a mask; undefined for fewer than three
 * parts.
 */
export function medianDiameter(foreground: Uint8Array, sides: readonly number[]): number | undefined {
  const { labels, count } = connectedComponents(image(foreground, [...sides, 1]));
  if (count < LEAST_OBJECTS) return undefined;
  const radii = findRegions(labels)
    .map((region) =>
      sides.length === 3 ? ((3 * region.count) / (4 * Math.PI)) ** (1 / 3) : Math.sqrt(region.count / Math.PI),
    )
    .sort((a, b) => a - b);
  const middle = (radii.length - 1) / 2;
  return radii[Math.floor(middle)] + radii[Math.ceil(middle)];
}
