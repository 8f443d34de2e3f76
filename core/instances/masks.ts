/** Channels of 0 and 1: foreground, background, centres, contours and where objects touch (BiaPy's F, B, P, C, T, M). */

import { type Image, image } from '../image/image.js';
import { type BoundaryMode, findBoundaries, touchingObjects } from '../nd/find-boundaries.js';
import { ball, ellipse } from '../nd/footprint.js';
import { dilate, erode } from '../nd/morphology.js';
import { findRegions } from '../nd/regions.js';
import { skeletonize } from '../nd/skeleton.js';
import { volumeOf } from '../nd/volume.js';
import { objectCrops } from './object-crops.js';

/** Radius of an ellipse in pixels, one for all axes or one for each. */
export type Radius = number | readonly number[];

export interface MaskMorphology {
  erosion?: Radius;
  dilation?: Radius;
}

/** Everything that is an object; each one dilated, then eroded by ellipses where radii are given. */
export function foreground(labels: Image, { erosion = 0, dilation = 0 }: MaskMorphology = {}): Uint8Array {
  return union(labels, [
    [dilate, dilation],
    [erode, erosion],
  ]);
}

/**
 * Everything that is no object; dilated, then eroded, object by object: what the background wins an object loses.
 */
export function background(labels: Image, { erosion = 0, dilation = 0 }: MaskMorphology = {}): Uint8Array {
  // BiaPy stores the changed objects themselves when a radius is set; the background is what the channel stands for.
  return union(labels, [
    [erode, dilation],
    [dilate, erosion],
  ]).map((one) => 1 - one);
}

function union(labels: Image, changes: readonly [typeof dilate, Radius][]): Uint8Array {
  const axes = labels.shape.length - 1;
  const wanted = changes.map(([change, radius]) => ({ change, radii: radiiOf(radius, axes) }));
  const margin = wanted.reduce((sum, { radii }) => sum + Math.max(...radii), 0);
  const { values } = volumeOf(labels);
  if (margin === 0) return Uint8Array.from(values, (label) => Number(label !== 0));
  const found = new Uint8Array(values.length);
  for (const { mask, each } of objectCrops(labels, margin)) {
    const { data } = wanted.reduce((changed, { change, radii }) => morph(changed, change, radii), mask);
    each((inCrop, inImage) => {
      if (data[inCrop] === 1) found[inImage] = 1;
    });
  }
  return found;
}

function radiiOf(radius: Radius, axes: number): readonly number[] {
  return typeof radius === 'number' ? new Array(axes).fill(radius) : radius;
}

function morph(mask: Image, change: typeof dilate, radii: readonly number[]): Image {
  return radii.every((radius) => radius === 0) ? mask : change(mask, ellipse(radii));
}

export interface CentreOptions extends MaskMorphology {
  type?: 'centroid' | 'skeleton';
}

/** The centre of each object, a pixel at its centroid (halves to the even pixel) or its skeleton; dilated, then eroded. */
export function centres(labels: Image, options: CentreOptions = {}): Uint8Array {
  const { type = 'centroid', dilation = 1, erosion = 0 } = options;
  const marks = type === 'centroid' ? centroidPixels(labels) : skeletons(labels);
  const axes = labels.shape.length - 1;
  const mask = image(marks, [...labels.shape.slice(0, -1), 1]);
  const grown = morph(mask, dilate, radiiOf(dilation, axes));
  return morph(grown, erode, radiiOf(erosion, axes)).data as Uint8Array;
}

function centroidPixels(labels: Image): Uint8Array {
  const sides = labels.shape.slice(0, -1);
  const marks = new Uint8Array(sides.reduce((size, side) => size * side, 1));
  for (const { centroid } of findRegions(labels))
    marks[centroid.map(roundToEven).reduce((at, place, axis) => at * sides[axis] + place, 0)] = 1;
  return marks;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** 1 on the skeleton of each object by itself. */
export function skeletons(labels: Image): Uint8Array {
  const marks = new Uint8Array(volumeOf(labels).values.length);
  for (const { mask, each } of objectCrops(labels, 0)) {
    const { data } = skeletonize(mask);
    each((inCrop, inImage) => {
      if (data[inCrop] === 1) marks[inImage] = 1;
    });
  }
  return marks;
}

/**
 * Boundaries of objects. `dense` is a rim of one pixel around the foreground, slice by slice. The lines between pixels of
 * `subpixel` fall on the pixel before them.
 */
export function contours(labels: Image, mode: BoundaryMode | 'dense' = 'thick'): Uint8Array {
  if (mode === 'dense') return denseRim(labels);
  const found = findBoundaries(labels, mode);
  if (mode !== 'subpixel') return found.data as Uint8Array;
  const { depth, height, width } = volumeOf(labels);
  const lines = volumeOf(found);
  const result = new Uint8Array(depth * height * width);
  for (let z = 0, at = 0; z < lines.depth; z++)
    for (let y = 0; y < lines.height; y++)
      for (let x = 0; x < lines.width; x++, at++)
        if (lines.values[at] === 1) result[((z >> 1) * height + (y >> 1)) * width + (x >> 1)] = 1;
  return result;
}

function denseRim(labels: Image): Uint8Array {
  const disk = ball(1, 2);
  const inside = Uint8Array.from(volumeOf(labels).values, (label) => Number(label !== 0));
  const axes = labels.shape.length - 1;
  const footprint = axes === 2 ? disk : { sides: [1, ...disk.sides], inside: disk.inside };
  const grown = dilate(image(inside, [...labels.shape.slice(0, -1), 1]), footprint).data;
  return inside.map((one, at) => one ^ grown[at]);
}

/** Pixels of objects with another object among all their neighbours. */
export function touches(labels: Image): Uint8Array {
  return touchingObjects(labels).data as Uint8Array;
}
