/** Measures of objects: size, form, place and brightness. */

import type { Image } from '../image/image.js';
import { longestInPlane, longestInSpace } from './feret-diameter.js';
import { cropOf } from './fill-holes.js';
import { huMoments, type Moments, moments, normalizedMoments, powersOf } from './image-moments.js';
import { axisLengths, inertia } from './inertia.js';
import { croftonPerimeter } from './perimeter.js';
import { boxSides, type RegionOptions, RegionPixels } from './region-pixels.js';
import { findRegions, type Region } from './regions.js';

/** An object with its measures. */
export interface MeasuredRegion extends Region {
  /** Middle of the bounding box, `(start + end) / 2` with `end` behind the last pixel, rounded down to a pixel. */
  readonly centre: readonly number[];
  /** Measures by name, in the order asked for; those of several numbers as `name-0`, `name-1`, …, of tables as `name-0-1`. */
  readonly values: Readonly<Record<string, number>>;
  /** Measures that are no numbers: pixels, positions, slices, written out. */
  readonly texts: Readonly<Record<string, string>>;
}

export type { RegionOptions };

/** What a measure is found from. */
interface Subject {
  readonly region: Region;
  readonly rank: number;
  readonly shared: RegionPixels;
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
  axis_major_length: ({ region }) => axisLengths(region.covariance)[0],
  axis_minor_length: ({ region }) => axisLengths(region.covariance)[1],
  bbox: ({ region }) => [...region.start, ...region.end],
  centroid: ({ region }) => region.centroid,
  centroid_local: ({ region }) => region.centroid.map((mean, axis) => mean - region.start[axis]),
  centroid_weighted: ({ region, shared }) =>
    shared.weightedCentroid(region).map((mean, axis) => mean + region.start[axis]),
  centroid_weighted_local: ({ region, shared }) => shared.weightedCentroid(region),
  coords: ({ region, shared }) => shared.positions(region, false),
  coords_scaled: ({ region, shared }) => shared.positions(region, true),
  eccentricity: ({ region }) => {
    const [major, minor] = inertia(region.covariance);
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
      : longestInPlane(shared.convexRows(region)),
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
  inertia_tensor_eigvals: ({ region }) => inertia(region.covariance),
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
  const shared = new RegionPixels(labels, options);
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

function physicalSize({ region, shared }: Subject): number {
  return shared.spacing.reduce((size, step) => size * step, region.count);
}

/** Objects of one pixel or a line have a perimeter of 0, and no such ratio: 0. */
function ratio(above: number, below: number): number {
  return below === 0 ? 0 : above / below;
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
