/** The pixels of labelled objects, one object at a time: what measures are found from. */

import type { Image } from '../image/image.js';
import { convexRows, type RowExtents } from './convex-hull.js';
import { convexMask } from './convex-mask.js';
import { eulerNumber } from './euler-number.js';
import { cropOf, filledMask } from './fill-holes.js';
import { centroidOf, type Moments, moments } from './image-moments.js';
import { perimeters } from './perimeter.js';
import type { Region } from './regions.js';
import { surfaceAreas } from './surface-area.js';
import { volumeOf } from './volume.js';

export interface RegionOptions {
  /** Size of a pixel along each spatial axis, for `area` and `volume`; default 1. */
  spacing?: readonly number[];
  /** Image of the same sides, of which the first channel counts, for the `intensity_` measures. */
  intensity?: Image;
}

/** Pixels of objects, and what is found once for all objects, when a measure asks for it. */
export class RegionPixels {
  readonly spacing: readonly number[];
  private outlines?: Float64Array;
  private surfaces?: Float64Array;
  private readonly volume;

  constructor(
    private readonly labels: Image,
    private readonly options: RegionOptions,
  ) {
    this.spacing = options.spacing ?? labels.shape.slice(1).map(() => 1);
    this.volume = volumeOf(labels);
    const { intensity } = options;
    if (intensity && intensity.shape.slice(0, -1).join() !== labels.shape.slice(0, -1).join())
      throw new RangeError(
        `an image of ${intensity.shape.slice(0, -1).join('×')} pixels does not fit labels of ${labels.shape.slice(0, -1).join('×')}`,
      );
  }

  get perimeters(): Float64Array {
    this.outlines ??= perimeters(this.labels);
    return this.outlines;
  }

  get surfaceAreas(): Float64Array {
    this.surfaces ??= surfaceAreas(this.labels);
    return this.surfaces;
  }

  convexRows(region: Region): RowExtents {
    const { values, width } = this.volume;
    const [y0, x0] = region.start;
    const [y1, x1] = region.end;
    const rows = { first: new Int32Array(y1 - y0).fill(1), last: new Int32Array(y1 - y0).fill(0) };
    for (let y = y0; y < y1; y++) {
      let first = x0;
      while (first < x1 && values[y * width + first] !== region.label) first++;
      if (first === x1) continue;
      let last = x1 - 1;
      while (values[y * width + last] !== region.label) last--;
      rows.first[y - y0] = first - x0;
      rows.last[y - y0] = last - x0;
    }
    return convexRows(rows);
  }

  filledSize(region: Region): number {
    return countOnes(this.filled(region));
  }

  filled(region: Region): Uint8Array {
    const { values, height, width, axes } = this.volume;
    const inside = (z: number, y: number, x: number) => values[(z * height + y) * width + x] === region.label;
    return filledMask(cropOf(region), axes, axes, inside);
  }

  convexSize(region: Region): number {
    return this.volume.axes === 3 ? countOnes(this.convexMask(region)) : rowsSize(this.convexRows(region));
  }

  /** Pixels of the bounding box whose centres lie in the hull of the middles of the faces of the object's pixels. */
  convexMask(region: Region): Uint8Array {
    const [depth, height, width] = cropOf(region).sides;
    if (this.volume.axes === 3) return convexMask(this.mask(region), [depth, height, width]);
    const hull = new Uint8Array(height * width);
    const { first, last } = this.convexRows(region);
    for (let y = 0; y < height; y++) hull.fill(1, y * width + first[y], Math.max(y * width + last[y] + 1, 0));
    return hull;
  }

  /** 1 on the object, in its bounding box. */
  mask(region: Region): Uint8Array {
    return this.crop(region, () => 1);
  }

  /** The image on the object, 0 beside it, in its bounding box. */
  brightness(region: Region): Float64Array {
    const pixels = volumeOf(this.intensity).values;
    const found = new Float64Array(cropOf(region).size);
    this.crop(region, (inCrop, at) => {
      found[inCrop] = pixels[at];
      return 1;
    });
    return found;
  }

  central(region: Region): Moments {
    const sides = boxSides(region);
    return moments(
      this.mask(region),
      sides,
      region.centroid.map((mean, axis) => mean - region.start[axis]),
    );
  }

  weightedCentral(region: Region): Moments {
    return moments(this.brightness(region), boxSides(region), this.weightedCentroid(region));
  }

  /** From the first pixel of the bounding box; the middle of an object without any brightness. */
  weightedCentroid(region: Region): number[] {
    const sides = boxSides(region);
    const raw = moments(this.brightness(region), sides);
    return raw[0] === 0
      ? region.centroid.map((mean, axis) => mean - region.start[axis])
      : centroidOf(raw, sides.length);
  }

  positions(region: Region, scaled: boolean): string {
    const { start, sides } = cropOf(region);
    const [, height, width] = sides;
    const skipped = this.volume.axes === 3 ? 0 : 1;
    const found: string[] = [];
    this.crop(region, (inCrop) => {
      const at = [
        start[0] + Math.floor(inCrop / (width * height)),
        start[1] + (Math.floor(inCrop / width) % height),
        start[2] + (inCrop % width),
      ].slice(skipped);
      found.push(at.map((place, axis) => (scaled ? place * this.spacing[axis] : place)).join(' '));
      return 1;
    });
    return found.join('; ');
  }

  private crop(region: Region, pick: (inCrop: number, inImage: number) => number): Uint8Array {
    const { values, height, width } = this.volume;
    const { start, sides, size } = cropOf(region);
    const found = new Uint8Array(size);
    for (let z = 0, to = 0; z < sides[0]; z++)
      for (let y = 0; y < sides[1]; y++) {
        let at = ((start[0] + z) * height + start[1] + y) * width + start[2];
        for (let x = 0; x < sides[2]; x++, at++, to++) if (values[at] === region.label) found[to] = pick(to, at);
      }
    return found;
  }

  private get intensity(): Image {
    if (!this.options.intensity) throw new RangeError('measures of intensity need the image beside the labels');
    return this.options.intensity;
  }

  eulerNumber(region: Region): number {
    const { axes } = this.volume;
    return eulerNumber(this.mask(region), axes === 3 ? boxSides(region) : [1, ...boxSides(region)], axes);
  }

  intensities(region: Region): { min: number; max: number; mean: number; deviation: number } {
    const { values, height, width } = this.volume;
    const pixels = volumeOf(this.intensity).values;
    const { start, sides } = cropOf(region);
    let [min, max, sum, squares] = [Infinity, -Infinity, 0, 0];
    const each = (visit: (value: number) => void) => {
      for (let z = start[0]; z < start[0] + sides[0]; z++)
        for (let y = start[1]; y < start[1] + sides[1]; y++)
          for (let x = start[2], at = (z * height + y) * width + x; x < start[2] + sides[2]; x++, at++)
            if (values[at] === region.label) visit(pixels[at]);
    };
    each((value) => {
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
    });
    const mean = sum / region.count;
    each((value) => {
      squares += (value - mean) ** 2;
    });
    return { min, max, mean, deviation: Math.sqrt(squares / region.count) };
  }
}

function countOnes(mask: Uint8Array): number {
  let count = 0;
  for (const one of mask) count += one;
  return count;
}

function rowsSize({ first, last }: RowExtents): number {
  return first.reduce((size, start, y) => size + Math.max(last[y] - start + 1, 0), 0);
}

/** Sides of the bounding box, `[z,] y, x`. */
export function boxSides({ start, end }: Region): number[] {
  return end.map((behind, axis) => behind - start[axis]);
}
