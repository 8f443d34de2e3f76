/** Measures of objects: size, form, place and brightness. */

import type { Image } from '../image/image.js';
import { convexHull, convexRows, type RowExtents } from './convex-hull.js';
import { cropOf, filledMask } from './fill-holes.js';
import { perimeters } from './perimeter.js';
import { findRegions, type Region } from './regions.js';
import { surfaceAreas } from './surface-area.js';
import { volumeOf } from './volume.js';

/** An object with its measures. */
export interface MeasuredRegion extends Region {
  /** Middle of the bounding box, `(start + end) / 2` with `end` behind the last pixel, rounded down to a pixel. */
  readonly centre: readonly number[];
  /** Measures by name, in the order asked for; those of several numbers as `name-0`, `name-1`, … */
  readonly values: Readonly<Record<string, number>>;
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

type Measure = (subject: Subject) => number | readonly number[];

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
  area_convex: ({ region, shared }) => rowsSize(shared.convexRows(region)),
  area_filled: ({ region, shared }) => shared.filledSize(region),
  axis_major_length: ({ region }) => axisLengths(region)[0],
  axis_minor_length: ({ region }) => axisLengths(region)[1],
  bbox: ({ region }) => [...region.start, ...region.end],
  centroid: ({ region }) => region.centroid,
  centroid_local: ({ region }) => region.centroid.map((mean, axis) => mean - region.start[axis]),
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
  feret_diameter_max: ({ region, shared }) => longestDistance(shared.convexRows(region)),
  inertia_tensor_eigvals: ({ region }) => inertia(region),
  intensity_max: ({ region, shared }) => shared.intensities(region).max,
  intensity_mean: ({ region, shared }) => shared.intensities(region).mean,
  intensity_min: ({ region, shared }) => shared.intensities(region).min,
  intensity_std: ({ region, shared }) => shared.intensities(region).deviation,
  orientation: ({ region }) => {
    const [[yy, xy], [, xx]] = region.covariance;
    if (xx === yy) return xy > 0 ? -Math.PI / 4 : Math.PI / 4;
    return 0.5 * Math.atan2(2 * xy, yy - xx);
  },
  solidity: ({ region, shared }) => region.count / rowsSize(shared.convexRows(region)),
};

/** Names of all measures there are. */
export const measureNames: readonly string[] = [...Object.keys(MEASURES), ...Object.keys(FURTHER)];

/** Measures that only flat objects have. */
export const flatMeasures: readonly string[] = [
  ...['perimeter', 'circularity', 'elongation', 'area_convex', 'eccentricity', 'feret_diameter_max', 'orientation'],
  'solidity',
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
    for (const { name, measure } of measures) {
      const value = measure({ region, rank, shared });
      if (typeof value === 'number') values[name] = value;
      else for (const [i, one] of value.entries()) values[`${name}-${i}`] = one;
    }
    const centre = region.start.map((start, axis) => Math.floor((start + region.end[axis]) / 2));
    return { ...region, centre, values };
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
    const { values, height, width, axes } = this.volume;
    const inside = (z: number, y: number, x: number) => values[(z * height + y) * width + x] === region.label;
    const filled = filledMask(cropOf(region), axes, axes, inside);
    let size = 0;
    for (const one of filled) size += one;
    return size;
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
    if (!this.options.intensity) throw new RangeError('measures of intensity need the image beside the labels');
    const { values, height, width } = this.volume;
    const pixels = volumeOf(this.options.intensity).values;
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
