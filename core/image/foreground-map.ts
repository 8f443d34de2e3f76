/**
 * Places for random patches by foreground: BiaPy's probability maps (DATA.TRAIN.PROBABILITY_MAP), kept as one bit a pixel.
 *
 * The map gives every foreground pixel W_FOREGROUND / (foreground pixels), every other W_BACKGROUND / (other pixels), so
 * a pixel is drawn by first drawing the side, then one of its pixels, each as likely as the next: of its rank among them the plane is
 * found first, then the row, then the pixel. The map of a volume that is read in parts is made slab by slab, and may lie in scratch
 * files; what is drawn does not depend on it.
 */
import { clearBorder, hasBit, rowBytes, setBit } from './bit-plane.js';
import { readRegion } from './deferred.js';
import { type Box, type Image, sizeOf } from './image.js';
import { gridBoxes, PART_SIDE } from './parts.js';
import type { RandomStream } from './random.js';
import { ScratchFile } from './scratch-file.js';

export interface ForegroundWeights {
  foreground: number;
  background: number;
}

export interface MapOptions {
  /** Whether bits lie in scratch files. */
  stored?: boolean;
  /** Bytes of bits in memory while the map is made, a plane at least. */
  room?: number;
  signal?: AbortSignal;
}

export class ForegroundMap {
  /** Foreground pixels before each plane, and of the image at the end. */
  readonly #before: Float64Array;

  private constructor(
    /** `[y, x]` or `[z, y, x]`. */
    readonly shape: readonly number[],
    private readonly weights: ForegroundWeights,
    private readonly rows: Rows,
  ) {
    this.#before = new Float64Array((shape.length === 3 ? shape[0] : 1) + 1);
  }

  /**
   * The map of a target, which may be read in parts.
   *
   * @param target channels last; foreground is where any channel is above 0. Objects that touch the border of a plane are
   *   not counted, in that plane.
   */
  static async of(
    target: Image,
    weights: ForegroundWeights,
    { stored = false, room = 2 ** 25, signal }: MapOptions = {},
  ): Promise<ForegroundMap> {
    const shape = target.shape.slice(0, -1);
    const rows = stored ? new StoredRows(shape) : new RowsInMemory(shape);
    try {
      const map = new ForegroundMap(shape, weights, rows);
      await map.#fill(target, room, signal);
      return map;
    } catch (error) {
      await rows.close();
      throw error;
    }
  }

  /** Foreground pixels that are counted. */
  get foreground(): number {
    return this.#before[this.#before.length - 1];
  }

  /** Bytes that a map of this size holds in memory. */
  static bytes(shape: readonly number[]): number {
    const width = shape[shape.length - 1];
    return (sizeOf(shape) / width) * (rowBytes(width) + Uint32Array.BYTES_PER_ELEMENT);
  }

  /** A pixel `[y, x]` or `[z, y, x]` drawn from the map. */
  async draw(stream: RandomStream): Promise<number[]> {
    const { foreground: inner, background: outer } = this.weights;
    const total = sizeOf(this.shape);
    const wantsForeground = stream.chance(inner + outer > 0 ? inner / (inner + outer) : 0.5);
    // A side without pixels has no probability of its own.
    const side = this.foreground === 0 ? false : this.foreground === total ? true : wantsForeground;
    const count = side ? this.foreground : total - this.foreground;
    // Beyond 2^32 pixels two draws make one number.
    const rank = count <= 2 ** 32 ? stream.integer(0, count) : Math.floor(stream.uniform() * count);
    return this.#pixel(rank, side);
  }

  /** Gives back what is on the disk. */
  close(): Promise<void> {
    return this.rows.close();
  }

  async #fill(target: Image, room: number, signal?: AbortSignal): Promise<void> {
    const [height, width] = this.shape.slice(-2);
    const planes = this.#before.length - 1;
    const planeBytes = height * rowBytes(width);
    const depth = Math.max(Math.min(Math.floor(room / planeBytes), PART_SIDE, planes), 1);
    // Of an image in memory nothing is copied.
    const steps = target.source ? [depth, PART_SIDE, PART_SIDE] : [depth, height, width];
    const flat = this.shape.length === 2;
    const boxes = [...gridBoxes([planes, height, width], steps)];
    const boxOf = ({ start, size }: Box): Box =>
      flat ? { start: start.slice(1), size: size.slice(1) } : { start, size };
    target.source?.expect?.(boxes.map(boxOf));
    const bits = new Uint8Array(depth * planeBytes);
    for (const [index, box] of boxes.entries()) {
      const part = target.source ? await readRegion(target, boxOf(box), signal) : target;
      mark(part, target.source ? box.start : [0, 0, 0], box, { bits, height, width });
      if (boxes[index + 1]?.start[0] === box.start[0]) continue;
      for (let z = 0; z < box.size[0]; z++)
        await this.#addPlane(box.start[0] + z, bits.subarray(z * planeBytes, (z + 1) * planeBytes));
      bits.fill(0);
    }
  }

  async #addPlane(plane: number, bits: Uint8Array): Promise<void> {
    const [height, width] = this.shape.slice(-2);
    clearBorder(bits, height, width);
    const counts = Uint32Array.from({ length: height }, (_, y) => {
      let found = 0;
      for (let x = 0; x < width; x++) if (hasBit(bits, width, y, x)) found++;
      return found;
    });
    await this.rows.add(plane, bits, counts);
    this.#before[plane + 1] = this.#before[plane] + counts.reduce((sum, count) => sum + count, 0);
  }

  /** The pixel with a rank among those of a side. */
  async #pixel(rank: number, side: boolean): Promise<number[]> {
    const [height, width] = this.shape.slice(-2);
    const upTo = (plane: number) => (side ? this.#before[plane] : plane * height * width - this.#before[plane]);
    let [low, high] = [0, this.#before.length - 2];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (upTo(middle) <= rank) low = middle;
      else high = middle - 1;
    }
    let left = rank - upTo(low);
    const counts = await this.rows.counts(low);
    const inRow = (y: number) => (side ? counts[y] : width - counts[y]);
    let y = 0;
    while (left >= inRow(y)) left -= inRow(y++);
    const bits = await this.rows.row(low * height + y);
    for (let x = 0; x < width; x++)
      if (hasBit(bits, width, 0, x) === side && left-- === 0) return this.shape.length === 2 ? [y, x] : [low, y, x];
    throw new RangeError(`no pixel of rank ${rank}`);
  }
}

/** Rows of bits, plane by plane, and how many of each row are set. */
interface Rows {
  /** @param bits may be used again. */
  add(plane: number, bits: Uint8Array, counts: Uint32Array): Promise<void>;
  counts(plane: number): Promise<Uint32Array>;
  row(row: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

class RowsInMemory implements Rows {
  readonly #height: number;
  readonly #bytes: number;
  readonly #bits: Uint8Array;
  readonly #counts: Uint32Array;

  constructor(shape: readonly number[]) {
    const [height, width] = shape.slice(-2);
    const rows = sizeOf(shape) / width;
    this.#height = height;
    this.#bytes = rowBytes(width);
    this.#bits = new Uint8Array(rows * this.#bytes);
    this.#counts = new Uint32Array(rows);
  }

  async add(plane: number, bits: Uint8Array, counts: Uint32Array): Promise<void> {
    this.#bits.set(bits, plane * bits.length);
    this.#counts.set(counts, plane * this.#height);
  }

  async counts(plane: number): Promise<Uint32Array> {
    return this.#counts.subarray(plane * this.#height, (plane + 1) * this.#height);
  }

  async row(row: number): Promise<Uint8Array> {
    return this.#bits.subarray(row * this.#bytes, (row + 1) * this.#bytes);
  }

  async close(): Promise<void> {}
}

class StoredRows implements Rows {
  readonly #height: number;
  /** A place for each row, and one for the counts of each plane. */
  readonly #bits: ScratchFile;
  readonly #counts: ScratchFile;

  constructor(shape: readonly number[]) {
    const [height, width] = shape.slice(-2);
    this.#height = height;
    this.#bits = new ScratchFile(rowBytes(width));
    this.#counts = new ScratchFile(height * Uint32Array.BYTES_PER_ELEMENT);
  }

  async add(plane: number, bits: Uint8Array, counts: Uint32Array): Promise<void> {
    await this.#bits.write(plane * this.#height, bits);
    await this.#counts.write(plane, new Uint8Array(counts.buffer));
  }

  async counts(plane: number): Promise<Uint32Array> {
    const counts = new Uint32Array(this.#height);
    await this.#counts.read(plane, new Uint8Array(counts.buffer));
    return counts;
  }

  async row(row: number): Promise<Uint8Array> {
    const bits = new Uint8Array(this.#bits.placeBytes);
    await this.#bits.read(row, bits);
    return bits;
  }

  async close(): Promise<void> {
    await this.#bits.close();
    await this.#counts.close();
  }
}

/** Start of a patch around a centre, moved into the image; BiaPy's rule for every axis. */
export function startAround(centre: readonly number[], patch: readonly number[], shape: readonly number[]): number[] {
  return centre.map((at, axis) => Math.min(Math.max(at - (patch[axis] >> 1), 0), shape[axis] - patch[axis]));
}

/**
 * Sets the bits of a box where any channel of a part is above 0.
 *
 * @param first pixel of the image that is the first one of the part, `[z, y, x]`.
 * @param slab planes of bits from that of the box on.
 */
function mark(
  { data, shape }: Image,
  first: readonly number[],
  { start, size }: Box,
  slab: { bits: Uint8Array; height: number; width: number },
): void {
  const [rows, columns, channels] = shape.slice(-3);
  const [dz, dy, dx] = start.map((at, axis) => at - first[axis]);
  for (let z = 0; z < size[0]; z++)
    for (let y = 0; y < size[1]; y++) {
      let from = (((dz + z) * rows + dy + y) * columns + dx) * channels;
      for (let x = 0; x < size[2]; x++, from += channels)
        for (let c = 0; c < channels; c++)
          if (data[from + c] > 0) {
            setBit(slab.bits, slab.width, z * slab.height + start[1] + y, start[2] + x);
            break;
          }
    }
}
