/**
 * Objects out of probabilities and distances along rays: StarDist (U. Schmidt et al., MICCAI 2018; M. Weigert et al., WACV 2020).
 */

import { placeAt } from '../image/c-order.js';
import { type Image, image, sizeOf } from '../image/image.js';
import { convexPolyhedron, rowsInside } from '../nd/convex-polyhedron.js';
import { box } from '../nd/footprint.js';
import { dilate } from '../nd/morphology.js';
import { polygonMask } from '../nd/polygon-mask.js';
import { rayDirections } from './rays.js';

export interface StarOptions {
  /** Least probability of a centre; default 0.4. */
  threshold?: number;
  /** Intersection over union from which on the less probable of two objects is dropped; default 0.3. */
  overlap?: number;
  /** Pixels of the image along each axis from one pixel of the prediction to the next; default 1. */
  grid?: readonly number[];
}

/** Pixels of an object in its bounding box. */
interface Shape {
  readonly start: readonly number[];
  readonly sides: readonly number[];
  readonly mask: Uint8Array;
  readonly size: number;
}

/**
 * Labels from the prediction `[[z,] y, x, c]`.
 *
 * Centres are the pixels that have the greatest probability of the 3 × 3 (× 3) around them. Each stands for the polygon of its ray ends
 * in a plane, and for their convex hull in a volume. The most probable one is kept, then each that overlaps none of those
 * kept by more than `overlap`; of pixels that several hold, the most probable gets them.
 *
 * @param probability channel of the probabilities.
 * @param rays first channel of the distances, in pixels, of `rayDirections`.
 * @param count how many there are.
 * @returns uint32 `[[z,] y, x, 1]`; label 1 is the most probable object.
 */
export function starObjects(
  prediction: Image,
  probability: number,
  rays: number,
  count: number,
  options: StarOptions = {},
): Image {
  const { threshold = 0.4, overlap = 0.3 } = options;
  const { data, shape } = prediction;
  const axes = (shape.length - 1) as 2 | 3;
  const channels = shape[axes];
  const cells = shape.slice(0, -1);
  const grid = options.grid ?? new Array<number>(axes).fill(1);
  const sides = cells.map((side, axis) => side * grid[axis]);
  const directions = rayDirections(count, axes);
  const kept: Shape[] = [];
  for (const cell of centres(prediction, probability, threshold)) {
    const at = placeAt(cell, cells).map((place, axis) => place * grid[axis]);
    const ends = directions.map((direction, k) => {
      const length = data[cell * channels + rays + k];
      return direction.map((step, axis) => at[axis] + length * step);
    });
    const found = axes === 2 ? polygon(ends, sides) : polyhedron(ends, sides);
    if (found.size > 0 && kept.every((other) => !(overlapOf(found, other) > overlap))) kept.push(found);
  }
  const labels = new Uint32Array(sizeOf(sides));
  for (let i = kept.length - 1; i >= 0; i--) paint(kept[i], i + 1, labels, sides);
  return image(labels, [...sides, 1], prediction.metadata);
}

/** Places of local maxima, the most probable first, equal ones in C order. */
function centres({ data, shape }: Image, channel: number, threshold: number): number[] {
  const axes = shape.length - 1;
  const values = new Float32Array(sizeOf(shape.slice(0, -1)));
  for (let i = 0; i < values.length; i++) values[i] = data[i * shape[axes] + channel];
  const greatest = dilate(image(values, [...shape.slice(0, -1), 1]), box(new Array(axes).fill(3))).data;
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] >= threshold && values[i] === greatest[i]) found.push(i);
  return found.sort((a, b) => values[b] - values[a] || a - b);
}

/** The part of the bounding box that lies in the image. */
function boxOf(points: readonly (readonly number[])[], sides: readonly number[]): Pick<Shape, 'start' | 'sides'> {
  const start = sides.map((_, axis) => Math.max(Math.floor(Math.min(...points.map((point) => point[axis]))), 0));
  return {
    start,
    sides: sides.map((side, axis) => {
      const last = Math.min(Math.ceil(Math.max(...points.map((point) => point[axis]))), side - 1);
      return Math.max(last + 1 - start[axis], 0);
    }),
  };
}

function polygon(ends: readonly (readonly number[])[], sides: readonly number[]): Shape {
  const area = boxOf(ends, sides);
  return measured(area, polygonMask(ends, area.start, area.sides));
}

/** How far outside of a face a pixel may lie. */
const TOLERANCE = 1e-6;

function polyhedron(ends: readonly (readonly number[])[], sides: readonly number[]): Shape {
  const area = boxOf(ends, sides);
  const [, height, width] = area.sides;
  const mask = new Uint8Array(sizeOf(area.sides));
  const solid = convexPolyhedron(ends.flat());
  const end = area.start.map((start, axis) => start + area.sides[axis]);
  if (solid)
    rowsInside(solid, area.start, end, TOLERANCE, (z, y, first, behind) => {
      const row = ((z - area.start[0]) * height + y - area.start[1]) * width - area.start[2];
      mask.fill(1, row + first, row + behind);
    });
  return measured(area, mask);
}

function measured(area: Pick<Shape, 'start' | 'sides'>, mask: Uint8Array): Shape {
  let size = 0;
  for (const one of mask) size += one;
  return { ...area, mask, size };
}

/** Intersection over union. */
function overlapOf(a: Shape, b: Shape): number {
  const start = a.start.map((first, axis) => Math.max(first, b.start[axis]));
  const end = a.start.map((first, axis) => Math.min(first + a.sides[axis], b.start[axis] + b.sides[axis]));
  if (start.some((first, axis) => first >= end[axis])) return 0;
  let shared = 0;
  const width = end[end.length - 1] - start[start.length - 1];
  eachRow(start, end, (row) => {
    const [i, j] = [indexIn(a, row), indexIn(b, row)];
    for (let x = 0; x < width; x++) shared += a.mask[i + x] & b.mask[j + x];
  });
  return shared / (a.size + b.size - shared);
}

function paint(shape: Shape, label: number, labels: Uint32Array, sides: readonly number[]): void {
  const end = shape.start.map((first, axis) => first + shape.sides[axis]);
  const width = shape.sides[shape.sides.length - 1];
  eachRow(shape.start, end, (row) => {
    const from = indexIn(shape, row);
    const to = row.reduce((index, place, axis) => index * sides[axis] + place, 0);
    for (let x = 0; x < width; x++) if (shape.mask[from + x] === 1) labels[to + x] = label;
  });
}

/** First pixels of the rows of a box. */
function eachRow(start: readonly number[], end: readonly number[], visit: (row: readonly number[]) => void): void {
  const [z0, y0, x0] = start.length === 3 ? start : [0, ...start];
  const [z1, y1] = start.length === 3 ? end : [1, ...end];
  for (let z = z0; z < z1; z++) for (let y = y0; y < y1; y++) visit(start.length === 3 ? [z, y, x0] : [y, x0]);
}

function indexIn({ start, sides }: Shape, place: readonly number[]): number {
  return place.reduce((index, at, axis) => index * sides[axis] + at - start[axis], 0);
}
