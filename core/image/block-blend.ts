/**
 * Merging predictions of patches into an image that does not fit into memory: the sums of `blend.ts`, kept in blocks.
 */
import { DataError } from '../errors.js';
import { axisWeights, type BlendWeights } from './blend.js';
import { BlockStore } from './block-store.js';
import { boundedSource } from './deferred.js';
import { type Box, type Image, type ImageMetadata, image, type PixelSource, sizeOf } from './image.js';
import { type PatchGeometry, patchPosition } from './patch.js';

/** Longest side of a block: a megabyte for each channel, in which a patch finds most of its rows together. */
const SIDE = 64;

export interface BlockBlendOptions {
  weights: BlendWeights;
  metadata: ImageMetadata;
  /** Names the image in messages. */
  file: string;
  /** Bytes of blocks in memory. */
  bytes: number;
}

/**
 * Collects patches of a geometry in the order of cutting. Sums are float32, where `Blender` has float64: the result is
 * equal within a few units of the seventh digit.
 */
export class BlockBlender {
  readonly #shape: readonly number[];
  readonly #block: readonly number[];
  readonly #grid: readonly number[];
  readonly #weights: ReturnType<typeof axisWeights>[];
  readonly #store: BlockStore;
  #next = 0;

  /** @param shape `[z, y, x]` of the merged image. */
  constructor(
    shape: readonly number[],
    readonly channels: number,
    private readonly geometry: PatchGeometry,
    private readonly options: BlockBlendOptions,
  ) {
    this.#shape = shape;
    this.#block = shape.map((side) => Math.min(side, SIDE));
    this.#grid = shape.map((side, axis) => Math.ceil(side / this.#block[axis]));
    this.#weights = geometry.axes.map((axis) => axisWeights(axis, geometry.axes.length, options.weights));
    const length = sizeOf(this.#block) * channels;
    const most = Math.floor(options.bytes / (length * Float32Array.BYTES_PER_ELEMENT));
    this.#store = new BlockStore(length, Math.min(most, sizeOf(this.#grid)));
  }

  /** Adds the prediction of patch `index`, with its padding. @throws DataError for another shape or order. */
  async add(index: number, patch: Image): Promise<void> {
    const { axes } = this.geometry;
    const expected = [...axes.map((axis) => axis.patch), this.channels];
    if (expected.some((side, axis) => side !== patch.shape[axis]))
      throw new DataError(`a patch of shape ${patch.shape.join('×')} came where ${expected.join('×')} was expected.`);
    if (index !== this.#next) throw new DataError(`patch ${index} came where patch ${this.#next} was expected.`);
    this.#next++;
    const position = patchPosition(axes, index);
    const start = position.map((i, axis) => axes[axis].starts[i]);
    const size = axes.map(({ patch: side, padding }) => side - 2 * padding);
    for (const { at, region } of this.#blocks({ start, size }))
      await this.#store.with(at, true, (block) => this.#accumulate(block, region, start, patch));
  }

  /** The merged image, read from its blocks. @throws DataError when patches are missing. */
  source(): PixelSource {
    if (this.#next < this.geometry.count)
      throw new DataError(`only ${this.#next} of ${this.geometry.count} patches came.`);
    const { metadata, file } = this.options;
    return boundedSource({
      shape: [...this.#shape, this.channels],
      dtype: 'float32',
      metadata,
      file,
      inside: (box) => this.#read(box),
    });
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #read(box: Box): Promise<Image> {
    const result = new Float32Array(sizeOf(box.size) * this.channels);
    for (const { at, region } of this.#blocks(box))
      if (this.#store.has(at)) await this.#store.with(at, false, (block) => this.#divide(block, region, box, result));
    return image(result, [...box.size, this.channels], this.options.metadata);
  }

  #accumulate(block: Float32Array, { origin, first, size }: Region, start: readonly number[], patch: Image): void {
    const { axes } = this.geometry;
    const { channels } = this;
    const { data, shape } = patch;
    const [wz, wy, wx] = this.#weights.map(({ patch: along }) => along);
    const [dz, dy, dx] = first.map((at, axis) => at - start[axis]);
    const [pz, py, px] = axes.map(({ padding }) => padding);
    for (let z = 0; z < size[0]; z++)
      for (let y = 0; y < size[1]; y++) {
        const weight = wz[dz + z] * wy[dy + y];
        let from = (((dz + z + pz) * shape[1] + dy + y + py) * shape[2] + dx + px) * channels;
        let to = this.#offset(origin, [first[0] + z, first[1] + y, first[2]]);
        for (let x = 0; x < size[2]; x++) {
          const w = weight * wx[dx + x];
          for (let c = 0; c < channels; c++) block[to++] += w * data[from++];
        }
      }
  }

  #divide(block: Float32Array, { origin, first, size }: Region, box: Box, result: Float32Array): void {
    const { channels } = this;
    const [tz, ty, tx] = this.#weights.map(({ total }) => total);
    for (let z = 0; z < size[0]; z++)
      for (let y = 0; y < size[1]; y++) {
        const at = [first[0] + z, first[1] + y, first[2]];
        const total = tz[at[0]] * ty[at[1]];
        let from = this.#offset(origin, at);
        const [bz, by, bx] = at.map((value, axis) => value - box.start[axis]);
        let to = ((bz * box.size[1] + by) * box.size[2] + bx) * channels;
        for (let x = 0; x < size[2]; x++) {
          const share = total * tx[at[2] + x];
          for (let c = 0; c < channels; c++) result[to++] = block[from++] / share;
        }
      }
  }

  #offset(origin: readonly number[], at: readonly number[]): number {
    const [z, y, x] = at.map((value, axis) => value - origin[axis]);
    return ((z * this.#block[1] + y) * this.#block[2] + x) * this.channels;
  }

  /** The blocks that a box touches, with what it shares with each. */
  *#blocks({ start, size }: Box): Generator<{ at: number; region: Region }> {
    const [low, high] = [0, 1].map((end) =>
      start.map((at, axis) => Math.floor((at + end * (size[axis] - 1)) / this.#block[axis])),
    );
    for (let z = low[0]; z <= high[0]; z++)
      for (let y = low[1]; y <= high[1]; y++)
        for (let x = low[2]; x <= high[2]; x++) {
          const origin = [z, y, x].map((place, axis) => place * this.#block[axis]);
          const first = origin.map((at, axis) => Math.max(at, start[axis]));
          const shared = first.map(
            (at, axis) => Math.min(origin[axis] + this.#block[axis], start[axis] + size[axis], this.#shape[axis]) - at,
          );
          yield { at: (z * this.#grid[1] + y) * this.#grid[2] + x, region: { origin, first, size: shared } };
        }
  }
}

interface Region {
  /** First voxel of the block, and of what is shared. */
  origin: readonly number[];
  first: readonly number[];
  size: readonly number[];
}
