/**
 * {@link equalizeAdaptive} of images that come in parts, which are shown three times: their range, the histograms of their regions and
 * the range of the result are gathered; then any part is equalised as in the whole.
 */
import { reflectIndex } from '../image/border.js';
import { stridesOf } from '../image/c-order.js';
import { allocate, type Box, type DType, type Image, image, type PixelArray, sizeOf } from '../image/image.js';
import {
  BINS,
  binTable,
  brightest,
  type EqualizeOptions,
  interpolate,
  type Neighbours,
  neighbours,
  rangeOf,
  regionSides,
  scaleColours,
  toBins,
  toLevels,
  toMappings,
  toUnit,
  unitsOf,
} from './equalize-adaptive.js';

const UNIT = [0, 1] as const;

/** What is equalised on its own: a channel, or the brightness of three. */
interface Plane {
  /** Of the values, and later of the grey levels. */
  values: [number, number];
  greys: [number, number];
  bins: Uint16Array;
  mappings: Int32Array;
  units: Float64Array;
}

/**
 * ```
 * const equalization = new EqualizationInParts(shape, dtype, options);
 * do for (const box of boxes) equalization.add(read(box), box); while (equalization.again());
 * const result = equalization.equalize(read(box), box);
 * ```
 */
export class EqualizationInParts {
  readonly #sides: readonly number[];
  readonly #counts: readonly number[];
  readonly #regions: readonly number[];
  readonly #axes: readonly Neighbours[];
  readonly #planes: Plane[];
  readonly #all: [number, number] = [Infinity, -Infinity];
  readonly #clipLimit: number;
  readonly #bins: number;
  /** For each axis how often a pixel is seen once more, mirrored, by the last region, which reaches over the end. */
  readonly #mirrored: readonly Int32Array[];
  #pass: 'range' | 'regions' | 'greys' | 'done' = 'range';

  /** @throws RangeError for regions without pixels. */
  constructor(
    private readonly shape: readonly number[],
    private readonly dtype: DType,
    options: EqualizeOptions = {},
  ) {
    this.#sides = shape.slice(0, -1);
    this.#clipLimit = options.clipLimit ?? 0.01;
    this.#bins = options.bins ?? BINS;
    this.#regions = regionSides(this.#sides, options);
    this.#counts = this.#sides.map((side, axis) => Math.ceil(side / this.#regions[axis]));
    this.#axes = this.#sides.map((side, axis) => neighbours(side, this.#regions[axis], this.#counts[axis]));
    this.#mirrored = this.#sides.map((side, axis) => {
      const times = new Int32Array(side);
      for (let i = side; i < this.#counts[axis] * this.#regions[axis]; i++) times[reflectIndex(i, side)]++;
      return times;
    });
    const none = new Uint16Array(0);
    this.#planes = Array.from({ length: this.#coloured ? 1 : shape[this.#sides.length] }, () => ({
      values: [Infinity, -Infinity],
      greys: [Infinity, -Infinity],
      bins: none,
      mappings: new Int32Array(0),
      units: new Float64Array(0),
    }));
  }

  /** Bytes of the histograms of an image. */
  static bytes(shape: readonly number[], options: EqualizeOptions = {}): number {
    const sides = shape.slice(0, -1);
    const regions = regionSides(sides, options);
    const counts = sides.map((side, axis) => Math.ceil(side / regions[axis]));
    return sizeOf(counts) * (options.bins ?? BINS) * shape[sides.length] * Int32Array.BYTES_PER_ELEMENT;
  }

  /** Takes in the pixels of a box. */
  add(part: Image, box: Box): void {
    if (this.#pass === 'range') {
      widen(this.#all, rangeOf(part.data));
      for (const [i, plane] of this.#planes.entries()) widen(plane.values, rangeOf(this.#valuesOf(part.data, i)));
      return;
    }
    for (const [i, plane] of this.#planes.entries()) {
      const bins = this.#binsOf(part.data, i);
      if (this.#pass === 'regions') this.#count(bins, box, plane.mappings);
      else widen(plane.greys, rangeOf(this.#greysOf(bins, box, plane)));
    }
  }

  /** Ends a pass. True when all parts are wanted once more. */
  again(): boolean {
    if (this.#pass === 'range') {
      this.#pass = 'regions';
      for (const plane of this.#planes) {
        const ends = allocate(this.dtype, 2);
        ends.set(plane.values);
        const [low, high] = this.#coloured ? toLevels(toUnit(ends, this.#all), UNIT) : toLevels(ends, this.#all);
        plane.bins = binTable(low, high, this.#bins);
        plane.mappings = new Int32Array(sizeOf(this.#counts) * this.#bins);
      }
    } else if (this.#pass === 'regions') {
      this.#pass = 'greys';
      for (const { mappings } of this.#planes) toMappings(mappings, sizeOf(this.#regions), this.#clipLimit, this.#bins);
    } else {
      this.#pass = 'done';
      for (const plane of this.#planes) plane.units = unitsOf(...plane.greys);
    }
    return this.#pass !== 'done';
  }

  /** The pixels of a box of the result, after the last pass. */
  equalize(part: Image, box: Box): Image {
    const { shape, metadata } = part;
    if (this.#coloured) {
      const unit = toUnit(part.data, this.#all);
      const [plane] = this.#planes;
      scaleColours(unit, brightest(unit), {
        greys: this.#greysOf(this.#binsOf(part.data, 0), box, plane),
        units: plane.units,
      });
      return image(this.dtype === 'float64' ? unit : new Float32Array(unit), shape, metadata);
    }
    const result = allocate(this.dtype === 'float64' ? 'float64' : 'float32', part.data.length);
    for (const [channel, plane] of this.#planes.entries()) {
      const greys = this.#greysOf(this.#binsOf(part.data, channel), box, plane);
      for (let i = 0, to = channel; i < greys.length; i++, to += this.#planes.length)
        result[to] = plane.units[greys[i]];
    }
    return image(result, shape, metadata);
  }

  get #coloured(): boolean {
    return this.shape[this.#sides.length] === 3;
  }

  /** Values of a plane, in the type of the image but for the brightest of colours. */
  #valuesOf(data: PixelArray, plane: number): PixelArray {
    if (this.#coloured) return brightest(data);
    const channels = this.#planes.length;
    return channels === 1 ? data : data.filter((_, i) => i % channels === plane);
  }

  #binsOf(data: PixelArray, plane: number): Uint16Array {
    const levels = this.#coloured
      ? toLevels(brightest(toUnit(data, this.#all)), UNIT)
      : toLevels(this.#valuesOf(data, plane), this.#all);
    toBins(levels, this.#planes[plane].bins);
    return levels;
  }

  #greysOf(bins: Uint16Array, { start, size }: Box, { mappings }: Plane): Uint16Array {
    const axes = this.#axes.map(({ low, high, weight }, axis): Neighbours => {
      const [first, end] = [start[axis], start[axis] + size[axis]];
      return { low: low.subarray(first, end), high: high.subarray(first, end), weight: weight.subarray(first, end) };
    });
    return interpolate(bins, size, axes, this.#counts, mappings, this.#bins);
  }

  /** Adds the pixels of a box to the histograms of the regions that see them. */
  #count(bins: Uint16Array, { start, size }: Box, histograms: Int32Array): void {
    const strides = stridesOf(this.#counts).map((stride) => stride * this.#bins);
    const last = size.length - 1;
    let from = 0;
    const walk = (axis: number, seen: readonly { at: number; times: number }[]): void => {
      const end = (this.#counts[axis] - 1) * strides[axis];
      for (let i = 0; i < size[axis]; i++) {
        const place = start[axis] + i;
        const own = Math.floor(place / this.#regions[axis]) * strides[axis];
        const more = this.#mirrored[axis][place];
        if (axis < last) {
          const mirrored = more > 0 ? seen.map(({ at, times }) => ({ at: at + end, times: times * more })) : [];
          walk(axis + 1, [...seen.map(({ at, times }) => ({ at: at + own, times })), ...mirrored]);
          continue;
        }
        const bin = bins[from++];
        for (const { at, times } of seen) {
          histograms[at + own + bin] += times;
          if (more > 0) histograms[at + end + bin] += times * more;
        }
      }
    };
    walk(0, [{ at: 0, times: 1 }]);
  }
}

function widen(range: [number, number], [low, high]: readonly [number, number]): void {
  range[0] = Math.min(range[0], low);
  range[1] = Math.max(range[1], high);
}
