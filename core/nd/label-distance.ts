/**
 * Exact Euclidean distance from each pixel of an object to what is not the object.
 *
 * P. Felzenszwalb, D. Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8 (2012), within runs of one
 * label.
 */

import { type Image, image, type PixelArray } from '../image/image.js';
import { threeAxes, volumeOf } from './volume.js';

/** Lines that are brought together before a pass along an axis whose values lie far apart. */
const STRIP = 16;

/**
 * For every pixel of an object the distance to the nearest pixel of another object or of the background (0) in the first channel of
 * `[[z,] y, x, c]`, as the library `edt` without a black border: the edge of the image is no border. Infinity where
 * everything is one object; 0 on the background.
 *
 * @param spacing size of a pixel along each spatial axis; default 1.
 * @returns float32 `[[z,] y, x, 1]`.
 */
export function labelDistance(labels: Image, spacing: readonly number[] = labels.shape.slice(1).map(() => 1)): Image {
  const { values, depth, height, width } = volumeOf(labels);
  const [dz, dy, dx] = threeAxes(spacing, 1);
  if (!(dx > 0 && dy > 0 && dz > 0)) throw new RangeError(`spacings ${spacing.join(', ')} must be above 0`);
  const squares = new Float32Array(values.length);
  alongRows(values, squares, width, dx);
  const lines = new Lines(values, squares, Math.max(height, depth));
  const plane = height * width;
  if (height > 1) for (let z = 0; z < depth; z++) lines.lower(z * plane, height, width, width, dy);
  if (depth > 1) for (let y = 0; y < height; y++) lines.lower(y * width, depth, plane, width, dz);
  for (let i = 0; i < squares.length; i++) squares[i] = Math.sqrt(squares[i]);
  return image(squares, [...labels.shape.slice(0, -1), 1], labels.metadata);
}

/** Squares of the distances along x. */
function alongRows(values: PixelArray, squares: Float32Array, width: number, spacing: number): void {
  for (let row = 0; row < values.length; row += width)
    for (let first = row; first < row + width; ) {
      const label = values[first];
      let end = first + 1;
      while (end < row + width && values[end] === label) end++;
      if (label !== 0)
        for (let x = first; x < end; x++) {
          const before = first > row ? x - first + 1 : Infinity;
          const behind = end < row + width ? end - x : Infinity;
          const nearer = (before < behind ? before : behind) * spacing;
          squares[x] = nearer * nearer;
        }
      first = end;
    }
}

/** Passes along an axis: the lower envelope of the parabolas that stand on the values of each run of one label. */
class Lines {
  private readonly heights: Float64Array;
  private readonly owners: Float64Array;
  private readonly vertices: Int32Array;
  private readonly raised: Float64Array;
  /** Where each parabola becomes the lowest. */
  private readonly begins: Float64Array;

  constructor(
    private readonly labels: PixelArray,
    private readonly squares: Float32Array,
    longest: number,
  ) {
    this.heights = new Float64Array(longest * STRIP);
    this.owners = new Float64Array(longest * STRIP);
    this.vertices = new Int32Array(longest + 2);
    this.raised = new Float64Array(longest + 2);
    this.begins = new Float64Array(longest + 3);
  }

  /** `count` lines side by side, each of `length` values that lie `stride` apart. */
  lower(origin: number, length: number, stride: number, count: number, spacing: number): void {
    const { heights, owners, labels, squares } = this;
    for (let first = 0; first < count; first += STRIP) {
      const lines = Math.min(STRIP, count - first);
      for (let i = 0; i < length; i++) {
        const from = origin + first + i * stride;
        for (let k = 0; k < lines; k++) {
          heights[k * length + i] = squares[from + k];
          owners[k * length + i] = labels[from + k];
        }
      }
      for (let k = 0; k < lines; k++) this.lowerLine(k * length, length, spacing * spacing);
      for (let i = 0; i < length; i++) {
        const to = origin + first + i * stride;
        for (let k = 0; k < lines; k++) squares[to + k] = heights[k * length + i];
      }
    }
  }

  private lowerLine(at: number, length: number, square: number): void {
    const { owners } = this;
    for (let first = 0; first < length; ) {
      const label = owners[at + first];
      let end = first + 1;
      while (end < length && owners[at + end] === label) end++;
      if (label !== 0) this.lowerRun(at, first, end, length, square);
      first = end;
    }
  }

  private lowerRun(at: number, first: number, end: number, length: number, square: number): void {
    const { heights, vertices, raised, begins } = this;
    let last = -1;
    // What ends the run is another label: a parabola that stands on 0.
    for (let i = first > 0 ? first - 1 : first; i <= end && i < length; i++) {
      const height = i < first || i === end ? 0 : heights[at + i];
      if (height === Infinity) continue;
      const lifted = height / square + i * i;
      let begin = -Infinity;
      while (last >= 0) {
        begin = (lifted - raised[last]) / (2 * (i - vertices[last]));
        if (begin > begins[last]) break;
        last--;
        begin = -Infinity;
      }
      last++;
      vertices[last] = i;
      raised[last] = lifted;
      begins[last] = begin;
    }
    if (last < 0) return;
    begins[last + 1] = Infinity;
    for (let i = first, k = 0; i < end; i++) {
      while (begins[k + 1] < i) k++;
      const vertex = vertices[k];
      const step = i - vertex;
      heights[at + i] = (step * step + (raised[k] - vertex * vertex)) * square;
    }
  }
}
