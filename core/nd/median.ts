/** Median filters over boxes, with the borders of `scipy.ndimage.median_filter`. */

import { type DType, type Image, image, type PixelArray } from '../image/image.js';
import { borderIndex, type SplineBorder } from './spline.js';
import { type Lane, VECTOR, type VectorKernel, VectorLoop } from './vector-loop.js';

/** Axes a filter runs over, BiaPy's `MEDIAN_FILTER_AXIS`; the letters may come in either order. */
export type MedianAxes = 'xy' | 'yx' | 'zy' | 'yz' | 'zx' | 'xz' | 'z';

/**
 * Median over a square (or, for `z`, a line) of `size` pixels along the named axes, per channel. Outside the image the
 * pixels repeat mirrored with the edge doubled (`d c b a | a b c d`), scipy's `reflect`.
 *
 * `picture` is `[y, x, c]` (axes `xy` only) or `[z, y, x, c]`. Throws RangeError for an even size or an axis that the
 * image lacks.
 */
export function medianFilter(picture: Image, axes: MedianAxes, size: number): Image {
  return boxMedian(picture, medianSides(picture, axes, size));
}

/** Sides of the box of {@link medianFilter}, `[y, x]` or `[z, y, x]`. @throws RangeError for an axis that the image lacks. */
export function medianSides({ shape }: Pick<Image, 'shape'>, axes: MedianAxes, size: number): number[] {
  const names = shape.length === 3 ? 'yx' : 'zyx';
  if ([...axes].some((name) => !names.includes(name)))
    throw new RangeError(`a median filter over ${axes} needs a 3D image`);
  return [...names].map((name) => (axes.includes(name) ? size : 1));
}

/**
 * Median over a box of odd side lengths, one for each spatial axis.
 *
 * Small boxes are sorted as far as needed for many pixels at once, with vector instructions. Large boxes slide along x, and
 * of their values only a face is exchanged at each step: values of 8 and 16 bits are counted in a histogram (Huang, Yang,
 * Tang, IEEE Trans. ASSP 27, 1979), others are kept sorted.
 *
 * @param border what lies outside; default `symmetric`, scipy's `reflect`.
 */
export function boxMedian(
  picture: Image,
  sides: readonly number[],
  border: Exclude<SplineBorder, 'constant'> = 'symmetric',
): Image {
  const wrong = sides.find((side) => !(Number.isInteger(side) && side > 0 && side % 2 === 1));
  if (wrong !== undefined) throw new RangeError(`a median filter needs odd sizes, not ${wrong}`);
  if (sides.every((side) => side === 1)) return picture;
  const box = { sides: sides.length === 3 ? sides : [1, ...sides], border };
  const size = sides.reduce((product, side) => product * side, 1);
  const result = size <= MOST_NETWORK ? networkMedian(picture, box) : slidingMedian(picture, box);
  return image(result, picture.shape, picture.metadata);
}

interface Box {
  /** `[z, y, x]` */
  sides: readonly number[];
  border: SplineBorder;
}

/** Positions along an axis, extended by half a box on both sides. */
function sources(length: number, side: number, border: SplineBorder): Int32Array {
  const radius = side >> 1;
  return Int32Array.from({ length: length + 2 * radius }, (_, i) => borderIndex(i - radius, length, border));
}

/** Values of the largest box whose median is found by comparing pairs in a fixed order. */
const MOST_NETWORK = 125;

/** All rows of a box, with their border, lie one below the other; a kernel then goes along them. */
function networkMedian({ data, dtype, shape }: Image, { sides: [sz, sy, sx], border }: Box): PixelArray {
  const [nz, ny, nx, nc] = shape.length === 4 ? shape : [1, ...shape];
  const faces = sz * sy;
  const row = nx * nc;
  const margin = (sx >> 1) * nc;
  const { BYTES_PER_ELEMENT: bytes } = data;
  const stride = Math.ceil(((row + 2 * margin) * bytes + VECTOR) / 1024) * 1024;
  const kernel = kernelFor(dtype, faces, sx, nc * bytes, stride);
  const memory = new (data.constructor as new (buffer: ArrayBuffer) => PixelArray)(kernel.memory);
  const [depths, rows, columns] = [sources(nz, sz, border), sources(ny, sy, border), sources(nx, sx, border)];
  const outside = [...columns.keys()].filter((i) => i < sx >> 1 || i >= (sx >> 1) + nx);
  const step = stride / bytes;
  const result = data.slice();
  for (let z = 0, to = 0; z < nz; z++)
    for (let y = 0; y < ny; y++, to += row) {
      for (let k = 0; k < faces; k++) {
        const from = (depths[z + Math.floor(k / sy)] * ny + rows[y + (k % sy)]) * row;
        memory.set(data.subarray(from, from + row), k * step + margin);
        for (const i of outside)
          for (let c = 0; c < nc; c++) memory[k * step + i * nc + c] = data[from + columns[i] * nc + c];
      }
      kernel.run(row * bytes);
      result.set(memory.subarray(faces * step, faces * step + row), to);
    }
  return result;
}

const kernels = new Map<string, VectorKernel>();
const MOST_KERNELS = 16;

/**
 * Median of the values at `faces` rows and `depth` places along each. Of somewhat more than half of them the least and the
 * greatest cannot be the median: both are dropped, the next value takes their place, and so on to the last.
 */
function kernelFor(lane: DType, faces: number, depth: number, shift: number, stride: number): VectorKernel {
  const key = `${lane} ${faces} ${depth} ${shift} ${stride}`;
  const known = kernels.get(key);
  if (known) return known;
  const loop = new VectorLoop();
  const taps = Array.from({ length: faces * depth }, (_, i) => Math.floor(i / depth) * stride + (i % depth) * shift);
  const held: number[] = [];
  const hold = (tap: number, variable: number) => {
    loop.load(tap).set(variable);
    held.push(variable);
  };
  const first = (taps.length >> 1) + 2;
  for (const tap of taps.slice(0, first)) hold(tap, loop.variable());
  for (const tap of [...taps.slice(first), undefined]) {
    const [, free] = dropExtremes(loop, held, lane);
    if (tap !== undefined) hold(tap, free);
  }
  loop.store(faces * stride, () => loop.get(held[0]));
  const kernel = loop.compile((faces + 1) * stride + VECTOR);
  if (kernels.size >= MOST_KERNELS) kernels.clear();
  kernels.set(key, kernel);
  return kernel;
}

/** Takes the variables that hold the least and the greatest value out of those held. */
function dropExtremes(loop: VectorLoop, held: number[], lane: Lane): [number, number] {
  const order = (low: number, high: number) => {
    loop.get(low).get(high).minimum(lane).get(low).get(high).maximum(lane).set(high).set(low);
  };
  const half = held.length >> 1;
  // Pairs first: the least is then among the lower ones, the greatest among the upper ones.
  for (let i = 0; i < half; i++) order(held[i], held[held.length - 1 - i]);
  const middle = Math.ceil(held.length / 2);
  for (let i = 1; i < middle; i++) order(held[0], held[i]);
  for (let i = half; i < held.length - 1; i++) order(held[i], held[held.length - 1]);
  return [held.shift()!, held.pop()!];
}

/** The box goes along x; `Window` knows the median of the faces in it. */
function slidingMedian({ data, shape }: Image, { sides: [sz, sy, sx], border }: Box): PixelArray {
  const [nz, ny, nx, nc] = shape.length === 4 ? shape : [1, ...shape];
  const result = data.slice();
  const face = sz * sy;
  const window = openWindow(data, face, sx);
  const [depths, rows, columns] = [sources(nz, sz, border), sources(ny, sy, border), sources(nx, sx, border)];
  const lines = new Int32Array(face);
  const values = new (data.constructor as new (length: number) => PixelArray)(columns.length * face);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      for (let k = 0; k < face; k++) lines[k] = (depths[z + Math.floor(k / sy)] * ny + rows[y + (k % sy)]) * nx;
      const to = (z * ny + y) * nx;
      for (let c = 0; c < nc; c++) {
        for (let i = 0, at = 0; i < columns.length; i++)
          for (let k = 0; k < face; k++) values[at++] = data[(lines[k] + columns[i]) * nc + c];
        window.slide(values, result, to * nc + c, nc);
      }
    }
  return result;
}

/** Finds the median of `depth` faces of values that follow each other, at each place where they may begin. */
interface Window {
  /** `values` holds face after face; medians are written from `to` on, `step` apart. */
  slide(values: PixelArray, result: PixelArray, to: number, step: number): void;
}

function openWindow(data: PixelArray, face: number, depth: number): Window {
  if (data instanceof Uint8Array) return new CountingWindow(8, face, depth);
  return data instanceof Uint16Array ? new CountingWindow(16, face, depth) : new SortedWindow(data, face, depth);
}

/** A histogram, coarse and fine, and the bin of the last median with the number of values below. */
class CountingWindow implements Window {
  private readonly fine: Uint32Array;
  private readonly coarse: Uint32Array;
  private readonly shift: number;

  constructor(
    bits: 8 | 16,
    private readonly face: number,
    private readonly depth: number,
  ) {
    this.shift = bits / 2;
    this.fine = new Uint32Array(2 ** bits);
    this.coarse = new Uint32Array(2 ** this.shift);
  }

  slide(values: PixelArray, result: PixelArray, to: number, step: number): void {
    const { fine, coarse, shift, face } = this;
    const count = face * this.depth;
    const rank = count >> 1;
    const steps = values.length / face - this.depth + 1;
    fine.fill(0);
    coarse.fill(0);
    for (let i = 0; i < count; i++) {
      fine[values[i]]++;
      coarse[values[i] >> shift]++;
    }
    /** Coarse bin of the median, and the values in the bins before. */
    let bin = 0;
    let below = 0;
    for (let i = 0; ; i++) {
      while (below > rank) below -= coarse[--bin];
      while (below + coarse[bin] <= rank) below += coarse[bin++];
      let value = bin << shift;
      let seen = below + fine[value];
      while (seen <= rank) seen += fine[++value];
      result[to + i * step] = value;
      if (i + 1 === steps) return;
      const first = i * face;
      for (let k = first; k < first + face; k++) {
        const [old, fresh] = [values[k], values[k + count]];
        fine[old]--;
        fine[fresh]++;
        const [oldBin, freshBin] = [old >> shift, fresh >> shift];
        coarse[oldBin]--;
        coarse[freshBin]++;
        if (oldBin < bin) below--;
        if (freshBin < bin) below++;
      }
    }
  }
}

/** All values in order; a step merges the sorted new face in and leaves the sorted old one out. */
class SortedWindow implements Window {
  private sorted: PixelArray;
  private next: PixelArray;

  constructor(
    data: PixelArray,
    private readonly face: number,
    private readonly depth: number,
  ) {
    const allocate = data.constructor as new (length: number) => PixelArray;
    this.sorted = new allocate(face * depth);
    this.next = new allocate(face * depth);
  }

  slide(values: PixelArray, result: PixelArray, to: number, step: number): void {
    const { face } = this;
    const count = face * this.depth;
    const steps = values.length / face - this.depth + 1;
    sortFaces(values, face);
    this.sorted.set(values.subarray(0, count));
    this.sorted.sort();
    for (let i = 0; ; i++) {
      result[to + i * step] = this.sorted[count >> 1];
      if (i + 1 === steps) return;
      exchange(this.sorted, this.next, values, i * face, i * face + count, face);
      [this.sorted, this.next] = [this.next, this.sorted];
    }
  }
}

/** Sorts each face on its own; insertion suits the few values of one. */
function sortFaces(values: PixelArray, face: number): void {
  for (let first = 0; first < values.length; first += face)
    for (let i = first + 1; i < first + face; i++) {
      const value = values[i];
      let j = i - 1;
      for (; j >= first && values[j] > value; j--) values[j + 1] = values[j];
      values[j + 1] = value;
    }
}

/** `next` = `sorted` without the face from `old` on, with that from `fresh` on; all of them in order. */
function exchange(sorted: PixelArray, next: PixelArray, values: PixelArray, old: number, fresh: number, face: number) {
  const [oldEnd, freshEnd] = [old + face, fresh + face];
  let to = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i];
    if (old < oldEnd && values[old] === value) {
      old++;
      continue;
    }
    while (fresh < freshEnd && values[fresh] <= value) next[to++] = values[fresh++];
    next[to++] = value;
  }
  while (fresh < freshEnd) next[to++] = values[fresh++];
}
