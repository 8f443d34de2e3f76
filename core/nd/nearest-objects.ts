/** The one or two objects nearest to each pixel. */

import { type Image, image, type PixelArray } from '../image/image.js';
import { threeAxes, type Volume, volumeOf } from './volume.js';

/** Each array holds one value for each pixel, in C order. */
export interface NearestObjects {
  /** Label of the nearest object, and Euclidean distance to it: 0 within it. */
  readonly first: Uint32Array;
  readonly firstDistance: Float32Array;
  /** The nearest one of the others; label 0 at Infinity where there is none. */
  readonly second: Uint32Array;
  readonly secondDistance: Float32Array;
}

/**
 * Finds for every pixel the two nearest objects in the first channel of `[[z,] y, x, c]` and the exact distances to them. Along
 * each axis pixels look at their neighbours as far as something nearer may come, so that crowded images are fast.
 *
 * @param spacing size of a pixel along each spatial axis; default 1.
 */
export function nearestTwo(
  labels: Image,
  spacing: readonly number[] = labels.shape.slice(1).map(() => 1),
): NearestObjects {
  return search(volumeOf(labels), threeAxes(spacing, 1), true);
}

/**
 * Every pixel of a mask gets the label of the nearest object: a Voronoi tessellation of the mask. Where two are equally near
 * either may come.
 *
 * @param labels objects, first channel of `[[z,] y, x, c]`.
 * @param mask of the same sides, first channel; not 0 is inside.
 * @returns uint32 `[[z,] y, x, 1]`.
 */
export function voronoiOnMask(
  labels: Image,
  mask: Image,
  spacing: readonly number[] = labels.shape.slice(1).map(() => 1),
): Image {
  const { first } = search(volumeOf(labels), threeAxes(spacing, 1), false);
  const inside = volumeOf(mask).values;
  if (inside.length !== first.length)
    throw new RangeError(`a mask of ${inside.length} pixels does not fit labels of ${first.length}`);
  for (let at = 0; at < first.length; at++) if (inside[at] === 0) first[at] = 0;
  return image(first, [...labels.shape.slice(0, -1), 1], labels.metadata);
}

function search(volume: Volume, [dz, dy, dx]: readonly [number, number, number], two: boolean): NearestObjects {
  const { values, depth, height, width } = volume;
  const field = new Field(values.length, two && hasTwoLabels(values));
  field.alongRows(values, width, dx);
  const plane = height * width;
  if (height > 1)
    for (let z = 0; z < depth; z++) for (let x = 0; x < width; x++) field.alongLine(z * plane + x, height, width, dy);
  if (depth > 1) for (let at = 0; at < plane; at++) field.alongLine(at, depth, plane, dz);
  for (const distances of [field.d1, field.d2])
    for (let at = 0; at < distances.length; at++) distances[at] = Math.sqrt(distances[at]);
  return { first: field.l1, firstDistance: field.d1, second: field.l2, secondDistance: field.d2 };
}

function hasTwoLabels(values: PixelArray): boolean {
  let label = 0;
  for (let at = 0; at < values.length; at++) {
    if (values[at] === 0 || values[at] === label) continue;
    if (label !== 0) return true;
    label = values[at];
  }
  return false;
}

/** Squared distances and labels of the two nearest objects so far. */
class Field {
  readonly l1: Uint32Array;
  readonly l2: Uint32Array;
  readonly d1: Float32Array;
  readonly d2: Float32Array;
  /** A line before it is changed: distances and labels, first and second. */
  private line = { d1: new Float32Array(0), d2: new Float32Array(0), l1: new Uint32Array(0), l2: new Uint32Array(0) };

  constructor(
    size: number,
    /** Whether the second one is looked for. */
    private readonly two: boolean,
  ) {
    this.l1 = new Uint32Array(size);
    this.l2 = new Uint32Array(size);
    this.d1 = new Float32Array(size).fill(Infinity);
    this.d2 = new Float32Array(size).fill(Infinity);
  }

  alongRows(values: PixelArray, width: number, spacing: number): void {
    for (let row = 0; row < values.length; row += width)
      for (const forward of [true, false]) {
        // The pixel of an object passed last, and the last one of another object.
        let [near, far] = [-1, -1];
        for (let i = 0; i < width; i++) {
          const x = forward ? i : width - 1 - i;
          const label = values[row + x];
          if (label !== 0) {
            if (near >= 0 && values[row + near] !== label) far = near;
            near = x;
          }
          if (near >= 0) this.offer(row + x, ((x - near) * spacing) ** 2, values[row + near]);
          if (far >= 0) this.offer(row + x, ((x - far) * spacing) ** 2, values[row + far]);
        }
      }
  }

  alongLine(origin: number, length: number, stride: number, spacing: number): void {
    if (this.line.d1.length !== length)
      this.line = {
        d1: new Float32Array(length),
        d2: new Float32Array(length),
        l1: new Uint32Array(length),
        l2: new Uint32Array(length),
      };
    const { line, d1, d2, two } = this;
    for (let i = 0, at = origin; i < length; i++, at += stride) {
      line.d1[i] = d1[at];
      line.d2[i] = d2[at];
      line.l1[i] = this.l1[at];
      line.l2[i] = this.l2[at];
    }
    for (let i = 0, at = origin; i < length; i++, at += stride)
      for (let k = 1; k < length; k++) {
        const square = (k * spacing) ** 2;
        if (square >= (two ? d2[at] : d1[at])) break;
        if (i >= k) this.offerBoth(at, i - k, square);
        if (i + k < length) this.offerBoth(at, i + k, square);
        if (i < k && i + k >= length) break;
      }
  }

  private offerBoth(at: number, from: number, square: number): void {
    const { line } = this;
    if (line.l1[from] !== 0) this.offer(at, line.d1[from] + square, line.l1[from]);
    if (this.two && line.l2[from] !== 0) this.offer(at, line.d2[from] + square, line.l2[from]);
  }

  private offer(at: number, square: number, label: number): void {
    const { l1, l2, d1, d2 } = this;
    if (label === l1[at]) {
      if (square < d1[at]) d1[at] = square;
    } else if (square < d1[at]) {
      d2[at] = d1[at];
      l2[at] = l1[at];
      d1[at] = square;
      l1[at] = label;
    } else if (square < d2[at]) {
      d2[at] = square;
      l2[at] = label;
    }
  }
}
