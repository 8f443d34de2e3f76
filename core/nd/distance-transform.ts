/**
 * Exact Euclidean distance to the background.
 *
 * P. Felzenszwalb, D. Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8 (2012).
 */

import { type Image, image } from '../image/image.js';

/** Lines that are brought together before a pass along an axis whose values lie far apart. */
const STRIP = 16;

/**
 * For every pixel of `[[z,] y, x, c]` that is not 0 in the first channel the distance to the nearest one that is 0, as
 * `scipy.ndimage.distance_transform_edt`; Infinity where there is none.
 *
 * @param spacing size of a pixel along each spatial axis; default 1.
 * @returns float32 `[[z,] y, x, 1]`.
 */
export function distanceTransform(mask: Image, spacing: readonly number[] = mask.shape.slice(1).map(() => 1)): Image {
  const [depth, height, width, channels] = mask.shape.length === 4 ? mask.shape : [1, ...mask.shape];
  const [dz, dy, dx] = mask.shape.length === 4 ? spacing : [1, ...spacing];
  if (!(dx > 0 && dy > 0 && dz > 0)) throw new RangeError(`spacings ${spacing.join(', ')} must be above 0`);
  const squares = new Float32Array(depth * height * width);
  alongRows(mask.data, squares, width, channels, dx);
  const scratch = new Parabolas(Math.max(height, depth));
  if (height > 1)
    for (let plane = 0; plane < depth; plane++)
      alongLines(squares, plane * height * width, height, width, width, dy, scratch);
  if (depth > 1)
    for (let row = 0; row < height; row++) alongLines(squares, row * width, depth, height * width, width, dz, scratch);
  for (let i = 0; i < squares.length; i++) squares[i] = Math.sqrt(squares[i]);
  return image(squares, [...mask.shape.slice(0, -1), 1], mask.metadata);
}

/** Squares of the distances within rows: the nearer of what lies before and behind. */
function alongRows(data: Image['data'], squares: Float32Array, width: number, channels: number, spacing: number): void {
  for (let row = 0; row < squares.length; row += width) {
    let distance = Infinity;
    for (let x = row; x < row + width; x++) {
      distance = data[x * channels] === 0 ? 0 : distance + spacing;
      squares[x] = distance;
    }
    distance = Infinity;
    for (let x = row + width - 1; x >= row; x--) {
      distance = squares[x] === 0 ? 0 : distance + spacing;
      const nearer = distance < squares[x] ? distance : squares[x];
      squares[x] = nearer * nearer;
    }
  }
}

/** `count` lines side by side, each of `length` values that lie `stride` apart. */
function alongLines(
  squares: Float32Array,
  origin: number,
  length: number,
  stride: number,
  count: number,
  spacing: number,
  scratch: Parabolas,
): void {
  const strip = scratch.strip(length);
  for (let first = 0; first < count; first += STRIP) {
    const lines = Math.min(STRIP, count - first);
    for (let i = 0; i < length; i++) {
      const from = origin + first + i * stride;
      for (let k = 0; k < lines; k++) strip[k * length + i] = squares[from + k];
    }
    for (let k = 0; k < lines; k++) scratch.lower(strip, k * length, length, spacing);
    for (let i = 0; i < length; i++) {
      const to = origin + first + i * stride;
      for (let k = 0; k < lines; k++) squares[to + k] = strip[k * length + i];
    }
  }
}

/** The lower envelope of the parabolas that stand on the values of a line. */
class Parabolas {
  private readonly vertices: Int32Array;
  private readonly heights: Float64Array;
  /** Where each parabola becomes the lowest. */
  private readonly begins: Float64Array;
  private readonly lines: Float64Array;

  constructor(longest: number) {
    this.vertices = new Int32Array(longest);
    this.heights = new Float64Array(longest);
    this.begins = new Float64Array(longest + 1);
    this.lines = new Float64Array(longest * STRIP);
  }

  strip(length: number): Float64Array {
    return this.lines.subarray(0, length * STRIP);
  }

  lower(values: Float64Array, at: number, length: number, spacing: number): void {
    const { vertices, heights, begins } = this;
    const square = spacing * spacing;
    let last = -1;
    for (let i = 0; i < length; i++) {
      const height = values[at + i];
      // A parabola at infinity is never the lowest.
      if (height === Infinity) continue;
      const raised = height / square + i * i;
      let begin = -Infinity;
      while (last >= 0) {
        const vertex = vertices[last];
        begin = (raised - heights[last]) / (2 * (i - vertex));
        if (begin > begins[last]) break;
        last--;
        begin = -Infinity;
      }
      last++;
      vertices[last] = i;
      heights[last] = raised;
      begins[last] = begin;
    }
    if (last < 0) return;
    begins[last + 1] = Infinity;
    for (let i = 0, k = 0; i < length; i++) {
      while (begins[k + 1] < i) k++;
      const vertex = vertices[k];
      const step = i - vertex;
      values[at + i] = (step * step + (heights[k] - vertex * vertex)) * square;
    }
  }
}
