/** Measures of objects: size, form, place and brightness. */

import type { Image } from '../image/image.js';
import { convexHull, convexRows, type RowExtents } from './convex-hull.js';
import { convexPolyhedron, rowsInside } from './convex-polyhedron.js';
import { cropOf, filledMask } from './fill-holes.js';
import { centroidOf, huMoments, type Moments, moments, normalizedMoments, powersOf } from './image-moments.js';
import { croftonPerimeter, perimeters } from './perimeter.js';
import { findRegions, type Region } from './regions.js';
import { surfaceAreas } from './surface-area.js';
import { volumeOf } from './volume.js';

/** An object with its measures. */
export interface MeasuredRegion extends Region {
  /** Middle of the bounding box, `(start + end) / 2` with `end` behind the last pixel, rounded down to a pixel. */
  readonly centre: readonly number[];
  /** Measures by name, in the order asked for; those of several numbers as `name-0`, `name-1`, …, of tables as `name-0-1`. */
  readonly values: Readonly<Record<string, number>>;
  /** Measures that are no numbers: pixels, positions, slices, written out. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface RegionOptions {
  /** Size of a pixel along each spatial axis, for `area` and `volume`; default 1. */
  spacing?: readonly number[];
  /** Image of the same sides, of which the first channel counts, for the `intensity_` measures. */
  intensity?: Image;
}

/** What a measure is found from. */
interface Subject {
  readonly region: Region;
  readonly rank: number;
  readonly shared: Shared;
}

/** A number, several, some with names of their own, or a text. */
type Measure = (subject: Subject) => number | readonly number[] | Readonly<Record<string, number>> | string;

/**
 * Measures of BiaPy's `MEASURE_PROPERTIES`. Perimeters, surfaces and what is made of them are in pixels, whatever the spacing, as
 * there.
 */
const MEASURES: Readonly<Record<string, Measure>> = {
  npixels: ({ region }) => region.count,
  area: physicalSize,
  volume: physicalSize,
  diameter: ({ region }) => Math.max(...region.end.map((end, axis) => end - region.start[axis])),
  perimeter: ({ rank, shared }) => shared.perimeters[rank],
  surface_area: ({ rank, shared }) => shared.surfaceAreas[rank],
  circularity: ({ region, rank, shared }) => ratio(4 * Math.PI * region.count, shared.perimeters[rank] ** 2),
  elongation: ({ region, rank, shared }) => ratio(shared.perimeters[rank] ** 2, 4 * Math.PI * region.count),
  sphericity: ({ region, rank, shared }) => (36 * Math.PI * region.count ** 2) / shared.surfaceAreas[rank] ** 3,
};

/** Measures of `skimage.measure.regionprops`, by the names of scikit-image 0.19. */
const FURTHER: Readonly<Record<string, Measure>> = {
  label: ({ region }) => region.label,
  num_pixels: ({ region }) => region.count,
  area_bbox: ({ region }) => boxSize(region),
  area_convex: ({ region, shared }) => shared.convexSize(region),
  area_filled: ({ region, shared }) => shared.filledSize(region),
  axis_major_length: ({ region }) => axisLengths(region)[0],
  axis_minor_length: ({ region }) => axisLengths(region)[1],
  bbox: ({ region }) => [...region.start, ...region.end],
  centroid: ({ region }) => region.centroid,
  centroid_local: ({ region }) => region.centroid.map((mean, axis) => mean - region.start[axis]),
  centroid_weighted: ({ region, shared }) =>
    shared.weightedCentroid(region).map((mean, axis) => mean + region.start[axis]),
  centroid_weighted_local: ({ region, shared }) => shared.weightedCentroid(region),
  coords: ({ region, shared }) => shared.positions(region, false),
  coords_scaled: ({ region, shared }) => shared.positions(region, true),
  eccentricity: ({ region }) => {
    const [major, minor] = inertia(region);
    return major === 0 ? 0 : Math.sqrt(1 - minor / major);
  },
  equivalent_diameter_area: ({ region }) => {
    const axes = region.start.length;
    return ((2 * axes * region.count) / Math.PI) ** (1 / axes);
  },
  euler_number: ({ region, shared }) => shared.eulerNumber(region),
  extent: ({ region }) => region.count / boxSize(region),
  feret_diameter_max: ({ region, shared }) =>
    region.start.length === 3
      ? longestInSpace(shared.convexMask(region), cropOf(region).sides)
      : longestDistance(shared.convexRows(region)),
  image: ({ region, shared }) => written(shared.mask(region), region),
  image_convex: ({ region, shared }) => written(shared.convexMask(region), region),
  image_filled: ({ region, shared }) => written(shared.filled(region), region),
  image_intensity: ({ region, shared }) => written(shared.brightness(region), region, ' '),
  inertia_tensor: ({ region: { covariance } }) => {
    const trace = covariance.reduce((sum, row, axis) => sum + row[axis], 0);
    return Object.fromEntries(
      covariance.flatMap((row, i) => row.map((value, j) => [`${i}-${j}`, i === j ? trace - value : -value])),
    );
  },
  inertia_tensor_eigvals: ({ region }) => inertia(region),
  intensity_max: ({ region, shared }) => shared.intensities(region).max,
  intensity_mean: ({ region, shared }) => shared.intensities(region).mean,
  intensity_min: ({ region, shared }) => shared.intensities(region).min,
  intensity_std: ({ region, shared }) => shared.intensities(region).deviation,
  moments: ({ region, shared }) => table(moments(shared.mask(region), boxSides(region)), region),
  moments_central: ({ region, shared }) => table(shared.central(region), region),
  moments_hu: ({ region, shared }) => huMoments(normalizedMoments(shared.central(region), 2)),
  moments_normalized: ({ region, shared }) =>
    table(normalizedMoments(shared.central(region), region.start.length), region),
  moments_weighted: ({ region, shared }) => table(moments(shared.brightness(region), boxSides(region)), region),
  moments_weighted_central: ({ region, shared }) => table(shared.weightedCentral(region), region),
  moments_weighted_hu: ({ region, shared }) => huMoments(normalizedMoments(shared.weightedCentral(region), 2)),
  moments_weighted_normalized: ({ region, shared }) =>
    table(normalizedMoments(shared.weightedCentral(region), region.start.length), region),
  orientation: ({ region }) => {
    const [[yy, xy], [, xx]] = region.covariance;
    if (xx === yy) return xy > 0 ? -Math.PI / 4 : Math.PI / 4;
    return 0.5 * Math.atan2(2 * xy, yy - xx);
  },
  perimeter_crofton: ({ region, shared }) => croftonPerimeter(shared.mask(region), boxSides(region)),
  slice: ({ region }) => region.start.map((start, axis) => `${start}:${region.end[axis]}`).join(' '),
  solidity: ({ region, shared }) => region.count / shared.convexSize(region),
};

/** Names of all measures there are. */
export const measureNames: readonly string[] = [...Object.keys(MEASURES), ...Object.keys(FURTHER)];

/** Measures that only flat objects have. */
export const flatMeasures: readonly string[] = [
  ...['perimeter', 'circularity', 'elongation', 'eccentricity', 'moments_hu', 'moments_weighted_hu', 'orientation'],
  'perimeter_crofton',
];

/** Measures that only objects of volumes have. */
export const volumeMeasures: readonly string[] = ['surface_area', 'sphericity'];

/**
 * Measures the objects in the first channel of `[[z,] y, x, c]`, by ascending label. `area` (or `volume`) is in the unit of
 * `spacing`, everything else in pixels.
 *
 * @param names of {@link measureNames}.
 * @throws RangeError for a name there is not, one that does not fit the number of axes, or a missing intensity image.
 */
export function measureRegions(labels: Image, names: readonly string[], options: RegionOptions = {}): MeasuredRegion[] {
  const shared = new Shared(labels, options);
  const measures = names.map((name) => {
    const measure = MEASURES[name] ?? FURTHER[name];
    if (!measure) throw new RangeError(`there is no measure '${name}'; there are ${measureNames.join(', ')}`);
    if (labels.shape.length === 4 ? flatMeasures.includes(name) : volumeMeasures.includes(name))
      throw new RangeError(
        `${name} is a measure of ${labels.shape.length === 4 ? 'flat images, these labels are a volume' : 'volumes, these labels are flat'}`,
      );
    return { name, measure };
  });
  return findRegions(labels).map((region, rank) => {
    const values: Record<string, number> = {};
    const texts: Record<string, string> = {};
    for (const { name, measure } of measures) {
      const value = measure({ region, rank, shared });
      if (typeof value === 'number') values[name] = value;
      else if (typeof value === 'string') texts[name] = value;
      else for (const [part, one] of Object.entries(value)) values[`${name}-${part}`] = one;
    }
    const centre = region.start.map((start, axis) => Math.floor((start + region.end[axis]) / 2));
    return { ...region, centre, values, texts };
  });
}

/** What is found once for all objects, when a measure asks for it. */
class Shared {
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
    const hull = new Uint8Array(depth * height * width);
    if (this.volume.axes === 2) {
      const { first, last } = this.convexRows(region);
      for (let y = 0; y < height; y++) hull.fill(1, y * width + first[y], Math.max(y * width + last[y] + 1, 0));
      return hull;
    }
    const solid = convexPolyhedron(outerFaces(this.mask(region), [depth, height, width]));
    if (solid)
      rowsInside(solid, [0, 0, 0], [depth, height, width], 1e-10, (z, y, first, behind) => {
        hull.fill(1, (z * height + y) * width + first, (z * height + y) * width + behind);
      });
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

  /**
   * Vertices − edges + faces − cells of the closed pixels together: objects, less their tunnels (in 2D holes), plus their
   * cavities, with neighbours across corners.
   */
  eulerNumber(region: Region): number {
    const { values, height, width, axes } = this.volume;
    const { start, sides } = cropOf(region);
    const isInside = (z: number, y: number, x: number) =>
      z >= 0 &&
      z < sides[0] &&
      y >= 0 &&
      y < sides[1] &&
      x >= 0 &&
      x < sides[2] &&
      values[((start[0] + z) * height + start[1] + y) * width + start[2] + x] === region.label;
    // A cell of the complex lies at (z, y, x) and reaches along some axes: it belongs to it when a pixel around it does.
    let sum = 0;
    for (let along = 0; along < 1 << axes; along++) {
      const [az, ay, ax] = [(along >> 2) & 1, (along >> 1) & 1, along & 1];
      const sign = (az + ay + ax) % 2 === 0 ? 1 : -1;
      for (let z = 0; z <= sides[0] - az - (axes === 2 ? 1 : 0); z++)
        for (let y = 0; y <= sides[1] - ay; y++)
          for (let x = 0; x <= sides[2] - ax; x++) {
            let found = false;
            for (let k = z - (az === 0 && axes === 3 ? 1 : 0); k <= z && !found; k++)
              for (let j = y - 1 + ay; j <= y && !found; j++)
                for (let i = x - 1 + ax; i <= x && !found; i++) found = isInside(k, j, i);
            if (found) sum += sign;
          }
    }
    return sum;
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

function physicalSize({ region, shared }: Subject): number {
  return shared.spacing.reduce((size, step) => size * step, region.count);
}

/** Objects of one pixel or a line have a perimeter of 0, and no such ratio: 0. */
function ratio(above: number, below: number): number {
  return below === 0 ? 0 : above / below;
}

function countOnes(mask: Uint8Array): number {
  let count = 0;
  for (const one of mask) count += one;
  return count;
}

/** Sides of the bounding box, `[z,] y, x`. */
function boxSides({ start, end }: Region): number[] {
  return end.map((behind, axis) => behind - start[axis]);
}

/** Moments by their powers, such as `0-2`; those that are no numbers are left out. */
function table(values: Moments, { start }: Region): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [place, value] of values.entries())
    if (!Number.isNaN(value)) found[powersOf(place, start.length).join('-')] = value;
  return found;
}

/** Pixels of a bounding box as text: rows by `/`, planes by `|`. */
function written(pixels: Uint8Array | Float64Array, region: Region, between = ''): string {
  const [depth, height, width] = cropOf(region).sides;
  const row = (from: number) => pixels.subarray(from, from + width).join(between);
  return Array.from({ length: depth }, (_, z) =>
    Array.from({ length: height }, (_, y) => row((z * height + y) * width)).join('/'),
  ).join('|');
}

function boxSize({ start, end }: Region): number {
  return end.reduce((size, behind, axis) => size * (behind - start[axis]), 1);
}

/** Eigenvalues of the inertia tensor for unit mass, the greatest first. */
function inertia({ covariance }: Region): number[] {
  if (covariance.length === 2) {
    const [[yy, xy], [, xx]] = covariance;
    const middle = (yy + xx) / 2;
    const spread = Math.hypot((yy - xx) / 2, xy);
    return [middle + spread, Math.max(middle - spread, 0)];
  }
  const trace = covariance[0][0] + covariance[1][1] + covariance[2][2];
  return symmetricEigenvalues(covariance)
    .map((value) => Math.max(trace - value, 0))
    .sort((a, b) => b - a);
}

/** Length of the longest and the shortest axis of an ellipse, or ellipsoid, with the same moments. */
function axisLengths(region: Region): [number, number] {
  const [first, second, third] = inertia(region);
  if (third === undefined) return [4 * Math.sqrt(first), 4 * Math.sqrt(second)];
  const length = (sum: number) => Math.sqrt(10 * Math.max(sum, 0));
  return [length(first + second - third), length(-first + second + third)];
}

/** Eigenvalues of a symmetric matrix of 3 × 3 (O. K. Smith, Communications of the ACM 4, 1961). */
function symmetricEigenvalues(matrix: readonly (readonly number[])[]): number[] {
  const [[a, b, c], [, d, e], [, , f]] = matrix;
  const aside = b * b + c * c + e * e;
  if (aside === 0) return [a, d, f];
  const mean = (a + d + f) / 3;
  const scale = Math.sqrt(((a - mean) ** 2 + (d - mean) ** 2 + (f - mean) ** 2 + 2 * aside) / 6);
  const [p, q, r, s, t, u] = [a - mean, b, c, d - mean, e, f - mean].map((value) => value / scale);
  const determinant = p * (s * u - t * t) - q * (q * u - t * r) + r * (q * t - s * r);
  const angle = Math.acos(Math.min(Math.max(determinant / 2, -1), 1)) / 3;
  return [0, 2, 4].map((turn) => mean + 2 * scale * Math.cos(angle + (turn * Math.PI) / 3));
}

function rowsSize({ first, last }: RowExtents): number {
  return first.reduce((size, start, y) => size + Math.max(last[y] - start + 1, 0), 0);
}

/** Middles of the faces of the first and the last voxel of each row of a mask, `[z, y, x]` one after the other. */
function outerFaces(mask: Uint8Array, [, height, width]: readonly number[]): number[] {
  const points: number[] = [];
  for (let row = 0; row < mask.length; row += width) {
    const first = mask.indexOf(1, row) - row;
    if (first < 0 || first >= width) continue;
    const last = mask.lastIndexOf(1, row + width - 1) - row;
    const [z, y] = [Math.floor(row / (width * height)), Math.floor(row / width) % height];
    for (const x of [first, last])
      points.push(...[z - 0.5, y, x, z + 0.5, y, x, z, y - 0.5, x, z, y + 0.5, x, z, y, x - 0.5, z, y, x + 0.5]);
  }
  return points;
}

/** The longest distance between middles of the faces of the voxels of a convex object. */
function longestInSpace(mask: Uint8Array, sides: readonly number[]): number {
  const points = outerFaces(mask, sides);
  const corners = convexPolyhedron(points)?.corners ?? [];
  let longest = 0;
  for (const [i, a] of corners.entries())
    for (const b of corners.slice(i + 1))
      longest = Math.max(longest, Math.hypot(...[0, 1, 2].map((axis) => points[3 * a + axis] - points[3 * b + axis])));
  return longest;
}

/** The longest distance between middles of sides of the pixels of a convex object. */
function longestDistance({ first, last }: RowExtents): number {
  const points: [number, number][] = [];
  for (let y = 0; y < first.length; y++)
    if (first[y] <= last[y])
      points.push(
        ...[first[y], last[y]].flatMap((x): [number, number][] => [
          [y - 0.5, x],
          [y + 0.5, x],
          [y, x - 0.5],
          [y, x + 0.5],
        ]),
      );
  const hull = convexHull(points);
  let longest = 0;
  for (const [i, a] of hull.entries())
    for (const b of hull.slice(i + 1)) longest = Math.max(longest, Math.hypot(a[0] - b[0], a[1] - b[1]));
  return longest;
}
