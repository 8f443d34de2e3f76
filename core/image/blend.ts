/**
 * Merging predictions of patches into one image.
 *
 * The weight of a patch is the product of one weight per axis, and patches lie on a grid, so the sum of all weights
 * at a pixel is a product too: three short lists replace a weight image. Sums are kept in float64, which makes cutting
 * and merging the identity; where memory is short, they are float32 and what is merged waits as numbers of two bytes.
 */

import { DataError } from '../errors.js';
import { storing } from './cast.js';
import { fromHalves, toHalf } from './half.js';
import {
  allocate,
  bytesPerValue,
  type DType,
  type Image,
  type ImageMetadata,
  image,
  type PixelArray,
  sizeOf,
} from './image.js';
import { type AxisCut, type PatchGeometry, patchPosition } from './patch.js';

/** `plain` averages overlapping predictions; `taper` lets each fade towards its border. */
export type BlendWeights = 'plain' | 'taper';

export interface BlendOptions {
  /** Default `taper`. */
  weights?: BlendWeights;
  /** Of the merged image; default float32. Integers are rounded. */
  dtype?: DType;
  /** Half the memory: a float32 image whose values are rounded to two bytes (IEEE 754 binary16). */
  half?: boolean;
  metadata?: ImageMetadata;
}

/**
 * Collects patches of a geometry and gives the merged image.
 *
 * Patches may arrive in any order: they are added in the order of cutting, and one that comes early waits in memory
 * until those before it have come. So the result never depends on the order of arrival. Only the slab that patches to
 * come can still touch is held as sums.
 */
export class Blender {
  readonly #geometry: PatchGeometry;
  readonly #weights: AxisWeights[];
  readonly #shape: readonly number[];
  readonly #dtype: DType;
  readonly #half: boolean;
  readonly #metadata: ImageMetadata;
  #merged: PixelArray;
  #slab: Float64Array | Float32Array;
  readonly #waiting = new Map<number, Image>();
  /** First row (or plane) of the image that the slab holds. */
  #slabStart = 0;
  #next = 0;

  /**
   * `shape` is `[y, x]` or `[z, y, x]` of the merged image and equals the lengths in `geometry`; `channels` are those
   * of the predictions.
   */
  constructor(
    shape: readonly number[],
    readonly channels: number,
    geometry: PatchGeometry,
    { weights = 'taper', dtype = 'float32', half = false, metadata = {} }: BlendOptions = {},
  ) {
    if (geometry.axes.some(({ length }, axis) => length !== shape[axis]))
      throw new DataError(
        `patches cut from shape ${geometry.axes.map(({ length }) => length).join('×')} cannot be merged to ${shape.join('×')}.`,
      );
    this.#geometry = geometry;
    this.#weights = geometry.axes.map((axis) => axisWeights(axis, geometry.axes.length, weights));
    this.#shape = [...shape, channels];
    this.#dtype = dtype;
    this.#half = half;
    this.#metadata = metadata;
    this.#merged = half ? new Uint16Array(sizeOf(this.#shape)) : allocate(dtype, sizeOf(this.#shape));
    const sums = core(geometry.axes[0]) * sizeOf(shape.slice(1)) * channels;
    this.#slab = half ? new Float32Array(sums) : new Float64Array(sums);
  }

  /** Number of patches that came early and wait in memory. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Number of patches merged so far, without those that wait. */
  get merged(): number {
    return this.#next;
  }

  /**
   * Takes the prediction of patch `index`, of shape `[...patch, channels]` with the padding still on. Throws DataError
   * for a wrong shape, an index outside the geometry, or a patch that came before.
   */
  add(index: number, patch: Image): void {
    const expected = [...this.#geometry.axes.map((axis) => axis.patch), this.channels];
    if (patch.shape.length !== expected.length || patch.shape.some((side, axis) => side !== expected[axis]))
      throw new DataError(`a patch of shape ${patch.shape.join('×')} came where ${expected.join('×')} was expected.`);
    if (!Number.isInteger(index) || index < 0 || index >= this.#geometry.count)
      throw new DataError(`there is no patch ${index} among ${this.#geometry.count}.`);
    if (index < this.#next || this.#waiting.has(index)) throw new DataError(`patch ${index} came twice.`);
    this.#waiting.set(index, patch);
    for (let next = this.#waiting.get(this.#next); next; next = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#accumulate(this.#next++, next);
    }
  }

  /** The merged image. Throws DataError when patches are missing. */
  result(): Image {
    if (this.#next < this.#geometry.count)
      throw new DataError(
        `only ${this.#next} of ${this.#geometry.count} patches came; patch ${this.#next} is missing.`,
      );
    this.#flushUntil(this.#geometry.axes[0].length);
    if (this.#merged instanceof Uint16Array && this.#half) {
      // The sums go before the numbers widen: never are all three there.
      this.#slab = new Float32Array(0);
      this.#merged = fromHalves(this.#merged);
    }
    return image(this.#merged, this.#shape, this.#metadata);
  }

  #accumulate(index: number, patch: Image): void {
    const { axes } = this.#geometry;
    const position = patchPosition(axes, index);
    // In merged coordinates a patch without its padding starts where the padded patch starts.
    const start = position.map((i, axis) => axes[axis].starts[i]);
    this.#flushUntil(start[0]);
    const flat = axes.length === 2;
    const { channels } = this;
    const { data } = patch;
    const slab = this.#slab;
    const weights = this.#weights.map(({ patch }) => patch);
    const [ny, nx] = flat ? [core(axes[0]), core(axes[1])] : [core(axes[1]), core(axes[2])];
    const [py, px] = flat ? [axes[0].padding, axes[1].padding] : [axes[1].padding, axes[2].padding];
    const [rows, columns] = patch.shape.slice(-3);
    const [height, width] = this.#shape.slice(-3);
    const [wy, wx] = weights.slice(-2);
    const [oy, ox] = flat ? [start[0] - this.#slabStart, start[1]] : [start[1], start[2]];
    for (let z = 0; z < (flat ? 1 : core(axes[0])); z++) {
      const plane = flat ? 0 : z + axes[0].padding;
      const target = flat ? 0 : start[0] - this.#slabStart + z;
      const wz = flat ? 1 : weights[0][z];
      for (let y = 0; y < ny; y++) {
        const weight = wz * wy[y];
        let from = ((plane * rows + y + py) * columns + px) * channels;
        let to = ((target * height + oy + y) * width + ox) * channels;
        for (let x = 0; x < nx; x++) {
          const w = weight * wx[x];
          for (let c = 0; c < channels; c++) slab[to++] += w * data[from++];
        }
      }
    }
  }

  /** Divides and stores rows of the first axis that no later patch touches. */
  #flushUntil(row: number): void {
    const data = this.#merged;
    const inner = sizeOf(this.#shape.slice(1));
    const done = Math.min(row - this.#slabStart, this.#slab.length / inner);
    if (done <= 0) return;
    const totals = this.#weights.map(({ total }) => total);
    const x = totals[totals.length - 1];
    const y = totals.length === 3 ? totals[1] : [1];
    const store = this.#half ? toHalf : storing(this.#dtype);
    const { channels } = this;
    const slab = this.#slab;
    for (let first = 0, from = 0; first < done; first++) {
      let to = (this.#slabStart + first) * inner;
      for (let i = 0; i < y.length; i++)
        for (let j = 0; j < x.length; j++) {
          const total = totals[0][this.#slabStart + first] * y[i] * x[j];
          for (let c = 0; c < channels; c++) data[to++] = store(slab[from++] / total);
        }
    }
    slab.copyWithin(0, done * inner);
    slab.fill(0, slab.length - done * inner);
    this.#slabStart += done;
  }
}

/**
 * Bytes that a {@link Blender} holds when patches come in order: the merged image and the slab of sums. Each patch that
 * comes early adds its own bytes.
 */
export function blenderBytes(
  shape: readonly number[],
  channels: number,
  geometry: PatchGeometry,
  dtype: DType = 'float32',
): number {
  const slab = core(geometry.axes[0]) * sizeOf(shape.slice(1)) * channels * Float64Array.BYTES_PER_ELEMENT;
  return sizeOf(shape) * channels * bytesPerValue(dtype) + slab;
}

/** Weights of one axis. */
export interface AxisWeights {
  /** Weight along a patch without its padding. */
  patch: Float64Array;
  /** Sum over all patches along the image. */
  total: Float64Array;
}

/** What each pixel of a patch counts along one axis. */
export function axisWeights(axis: AxisCut, ndim: number, kind: BlendWeights): AxisWeights {
  const size = core(axis);
  const patch = kind === 'plain' ? new Float64Array(size).fill(1) : ndim === 2 ? spline(size) : taper(size, axis.step);
  const total = new Float64Array(axis.length);
  for (const start of axis.starts) for (let i = 0; i < size; i++) total[start + i] += patch[i];
  return { patch, total };
}

/** Length of a patch once merging has cut its padding. */
function core({ patch, padding }: AxisCut): number {
  return patch - 2 * padding;
}

/**
 * 3D weights of BiaPy: ones, with `t²/(t² + (1−t)²)` over the real overlap `min(size − step, size/2)` at both ends.
 */
export function taper(size: number, step: number): Float64Array {
  const weights = new Float64Array(size).fill(1);
  const overlap = Math.max(Math.min(size - step, Math.floor(size / 2)), 0);
  for (let i = 0; i < overlap; i++) {
    const t = (i + 1) / (overlap + 1);
    weights[i] = weights[size - 1 - i] = (t * t) / (t * t + (1 - t) * (1 - t) + 1e-8);
  }
  return weights;
}

/** 2D weights of BiaPy: a squared spline over the whole patch, mean 1. */
export function spline(size: number): Float64Array {
  const quarter = Math.floor(size / 4);
  const weights = Float64Array.from({ length: size }, (_, i) => {
    const nearer = Math.min(i, size - 1 - i) + 1;
    const triangle = size % 2 ? (2 * nearer) / (size + 1) : (2 * nearer - 1) / size;
    // Patches under four pixels have no inner part, as in the reference.
    const outer = quarter === 0 || i < quarter || i >= size - quarter;
    return outer ? (2 * triangle) ** 2 / 2 : 1 - (2 * (triangle - 1)) ** 2 / 2;
  });
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / size;
  return weights.map((weight) => weight / mean);
}
