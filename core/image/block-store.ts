/**
 * Blocks of float32 values, more than fit into memory: those used last are there, the others in a scratch file.
 */
import { Pieces } from './pieces.js';
import { ScratchFile } from './scratch-file.js';

export class BlockStore {
  readonly #scratch: ScratchFile;
  /** In the order of their last use. */
  readonly #blocks = new Map<number, { data: Float32Array; changed: boolean }>();
  readonly #memory: Pieces;
  readonly #written = new Set<number>();
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param length values of a block.
   * @param most blocks in memory, one at least.
   */
  constructor(
    readonly length: number,
    readonly most: number,
  ) {
    this.#scratch = new ScratchFile(length * Float32Array.BYTES_PER_ELEMENT);
    this.#memory = new Pieces({ dtype: 'float32', length, expected: most });
  }

  /**
   * Hands a block, zeros at first, to `use`, which must be done with it when it returns.
   *
   * @param changes whether `use` changes the block.
   */
  with<T>(index: number, changes: boolean, use: (data: Float32Array) => T): Promise<T> {
    // One after another: two readers of a block that is on the disk would otherwise have a copy each.
    const done = this.#last.then(async () => {
      const block = await this.#fetch(index);
      block.changed ||= changes;
      return use(block.data);
    });
    this.#last = done.catch(() => {});
    return done;
  }

  /** Whether a block was ever changed. */
  has(index: number): boolean {
    return this.#written.has(index) || this.#blocks.get(index)?.changed === true;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#blocks.clear();
    await this.#scratch.close();
  }

  async #fetch(index: number): Promise<{ data: Float32Array; changed: boolean }> {
    let block = this.#blocks.get(index);
    this.#blocks.delete(index);
    if (!block) {
      const data = await this.#room();
      if (this.#written.has(index)) await this.#scratch.read(index, bytesOf(data));
      else data.fill(0);
      block = { data, changed: false };
    }
    this.#blocks.set(index, block);
    return block;
  }

  /** Memory for one more block: that of the one that was not used for longest, when there are enough. */
  async #room(): Promise<Float32Array> {
    if (this.#blocks.size < Math.max(this.most, 1)) return this.#memory.take() as Float32Array;
    const [index, { data, changed }] = this.#blocks.entries().next().value!;
    this.#blocks.delete(index);
    if (changed) {
      await this.#scratch.write(index, bytesOf(data));
      this.#written.add(index);
    }
    return data;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
