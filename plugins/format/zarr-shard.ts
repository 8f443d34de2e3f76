/** Reading chunks out of the shards of a Zarr array (sharding_indexed 1.0 of the Zarr v3 specification). */
import path from 'node:path';
import { stridesOf } from '../../core/image/c-order.js';
import type { Scratch } from '../../core/image/scratch.js';
import { crc32c } from '../../core/job/crc32c.js';
import { readPart } from './stored-file.js';
import type { ShardLayout } from './zarr-layout.js';

/** Offset and length of each chunk, in the order of the index. */
type ShardIndex = DataView;

/** Bytes of an entry, and what both its numbers are where nothing is stored. */
const ENTRY = 16;
const NOTHING = 0xffff_ffff_ffff_ffffn;

/** Bytes of indices that are kept: reading goes back and forth between the shards of a row. */
const MOST_KEPT = 2 ** 24;

/**
 * Reads the stored bytes of chunks; undefined for those that are not stored.
 *
 * @param key name of the file of a shard, from its place among shards.
 * @param most bytes that a stored chunk can have.
 */
export function shardReader(
  folder: string,
  { grid, order, index: { atStart, bigEndian, checked } }: ShardLayout,
  key: (shard: readonly number[]) => string,
  most: number,
): (position: readonly number[], scratch: Scratch | undefined) => Promise<Uint8Array<ArrayBuffer> | undefined> {
  const count = grid.reduce((product, side) => product * side, 1);
  const length = count * ENTRY + (checked ? 4 : 0);
  const strides = stridesOf(order.map((axis) => grid[axis]));
  const kept = new Map<string, Promise<ShardIndex | undefined>>();

  async function readIndex(name: string, scratch: Scratch | undefined): Promise<ShardIndex | undefined> {
    const bytes = await readPart(path.join(folder, name), atStart ? 0 : -length, length, { alone: scratch?.alone });
    if (!bytes) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const content = bytes.subarray(0, count * ENTRY);
    if (checked && view.getUint32(content.length, true) !== crc32c(content))
      throw new Error('the checksum of the index of its shard is wrong');
    return view;
  }

  function indexOf(name: string, scratch: Scratch | undefined): Promise<ShardIndex | undefined> {
    let found = kept.get(name);
    if (!found) {
      found = readIndex(name, scratch);
      found.catch(() => kept.delete(name));
    }
    kept.delete(name);
    kept.set(name, found);
    for (const [oldest] of kept) if ((kept.size - 1) * length > MOST_KEPT) kept.delete(oldest);
    return found;
  }

  return async (position, scratch) => {
    const name = key(position.map((at, axis) => Math.floor(at / grid[axis])));
    const index = await indexOf(name, scratch);
    if (!index) return undefined;
    const entry = ENTRY * order.reduce((sum, axis, i) => sum + (position[axis] % grid[axis]) * strides[i], 0);
    const [offset, size] = [index.getBigUint64(entry, !bigEndian), index.getBigUint64(entry + 8, !bigEndian)];
    if (offset === NOTHING && size === NOTHING) return undefined;
    if (size > BigInt(most))
      throw new Error(`its shard says that it has ${size} bytes, more than the ${most} it may take`);
    return readPart(path.join(folder, name), Number(offset), Number(size), { scratch, alone: scratch?.alone });
  };
}

/** Where a chunk lies, for messages: `0.1.0 of shard c/0/0/0`. */
export function chunkInShard(
  position: readonly number[],
  { grid }: ShardLayout,
  key: (shard: readonly number[]) => string,
): string {
  const shard = position.map((at, axis) => Math.floor(at / grid[axis]));
  return `${position.map((at, axis) => at % grid[axis]).join('.')} of shard ${key(shard)}`;
}
