/**
 * Places for random patches by foreground: BiaPy's probability maps (DATA.TRAIN.PROBABILITY_MAP), kept as one bit a pixel.
 *
 * The map gives every foreground pixel W_FOREGROUND / (foreground pixels), every other W_BACKGROUND / (other pixels), so
 * a pixel is drawn by first drawing the side, then one of its pixels, each as likely as the next.
 */
import { type Image, sizeOf } from './image.js';
import type { RandomStream } from './random.js';

export interface ForegroundWeights {
  foreground: number;
  background: number;
}

export class ForegroundMap {
  /** `[y, x]` or `[z, y, x]`. */
  readonly shape: readonly number[];
  private readonly bits: Uint8Array;
  /** Foreground pixels before each row, and of the image at the end. */
  private readonly before: Float64Array;

  /**
   * @param target channels last; foreground is where any channel is above 0. Objects that touch the border of a plane are
   *   not counted, in that plane.
   */
  constructor(
    target: Image,
    private readonly weights: ForegroundWeights,
  ) {
    this.shape = target.shape.slice(0, -1);
    const [height, width] = this.shape.slice(-2);
    const rows = sizeOf(this.shape) / width;
    this.bits = new Uint8Array(Math.ceil((rows * width) / 8));
    this.before = new Float64Array(rows + 1);
    for (let plane = 0; plane < rows / height; plane++) {
      const inner = clearBorder(foregroundOf(target, plane), height, width);
      for (let y = 0; y < height; y++) {
        const row = plane * height + y;
        let found = 0;
        for (let x = 0; x < width; x++) {
          if (!inner[y * width + x]) continue;
          const at = row * width + x;
          this.bits[at >> 3] |= 1 << (at & 7);
          found++;
        }
        this.before[row + 1] = this.before[row] + found;
      }
    }
  }

  /** Foreground pixels that are counted. */
  get foreground(): number {
    return this.before[this.before.length - 1];
  }

  /** Bytes that a map of this size holds. */
  static bytes(shape: readonly number[]): number {
    const pixels = sizeOf(shape);
    return Math.ceil(pixels / 8) + 8 * (pixels / shape[shape.length - 1] + 1);
  }

  /** A pixel `[y, x]` or `[z, y, x]` drawn from the map. */
  draw(stream: RandomStream): number[] {
    const { foreground: inner, background: outer } = this.weights;
    const total = sizeOf(this.shape);
    const wantsForeground = stream.chance(inner + outer > 0 ? inner / (inner + outer) : 0.5);
    // A side without pixels has no probability of its own.
    const side = this.foreground === 0 ? false : this.foreground === total ? true : wantsForeground;
    const count = side ? this.foreground : total - this.foreground;
    // Beyond 2^32 pixels two draws make one number.
    const rank = count <= 2 ** 32 ? stream.integer(0, count) : Math.floor(stream.uniform() * count);
    return this.pixel(rank, side);
  }

  /** The pixel with a rank among those of a side. */
  private pixel(rank: number, side: boolean): number[] {
    const width = this.shape[this.shape.length - 1];
    const upTo = (row: number) => (side ? this.before[row] : row * width - this.before[row]);
    let [low, high] = [0, this.before.length - 2];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (upTo(middle) <= rank) low = middle;
      else high = middle - 1;
    }
    let left = rank - upTo(low);
    for (let x = 0; x < width; x++) {
      const at = low * width + x;
      if (((this.bits[at >> 3] >> (at & 7)) & 1) !== Number(side) || left-- > 0) continue;
      const height = this.shape[this.shape.length - 2];
      return this.shape.length === 2 ? [low, x] : [Math.floor(low / height), low % height, x];
    }
    throw new RangeError(`no pixel of rank ${rank}`);
  }
}

/** Start of a patch around a centre, moved into the image; BiaPy's rule for every axis. */
export function startAround(centre: readonly number[], patch: readonly number[], shape: readonly number[]): number[] {
  return centre.map((at, axis) => Math.min(Math.max(at - (patch[axis] >> 1), 0), shape[axis] - patch[axis]));
}

/** 1 where any channel of a plane is above 0. */
function foregroundOf({ data, shape }: Image, plane: number): Uint8Array {
  const [height, width, channels] = shape.slice(-3);
  const found = new Uint8Array(height * width);
  const start = plane * height * width * channels;
  for (let i = 0; i < found.length; i++)
    for (let c = 0; c < channels && !found[i]; c++) if (data[start + i * channels + c] > 0) found[i] = 1;
  return found;
}

/** Removes, in place, what is joined to the border by side or corner, as scikit-image's `clear_border` does. */
function clearBorder(plane: Uint8Array, height: number, width: number): Uint8Array {
  const open: number[] = [];
  const visit = (y: number, x: number): void => {
    if (y < 0 || x < 0 || y >= height || x >= width || !plane[y * width + x]) return;
    plane[y * width + x] = 0;
    open.push(y * width + x);
  };
  for (let x = 0; x < width; x++) {
    visit(0, x);
    visit(height - 1, x);
  }
  for (let y = 0; y < height; y++) {
    visit(y, 0);
    visit(y, width - 1);
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const [y, x] = [Math.floor(at / width), at % width];
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) visit(y + dy, x + dx);
  }
  return plane;
}
