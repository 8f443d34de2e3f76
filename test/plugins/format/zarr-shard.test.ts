import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeAt } from '../../../core/image/c-order.js';
import { Scratch } from '../../../core/image/scratch.js';
import { crc32c } from '../../../core/job/crc32c.js';
import type { ShardLayout } from '../../../plugins/format/zarr-layout.js';
import { chunkInShard, shardReader } from '../../../plugins/format/zarr-shard.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-shards-'));
});
afterAll(() => rm(folder, { recursive: true }));

const key = (shard: readonly number[]) => `s${shard.join('.')}`;

/** A shard whose chunk at a place of the index holds the number of that place, as many times as it is. */
function shardOf(
  { grid, order, index: { atStart, bigEndian, checked } }: ShardLayout,
  missing: (i: number) => boolean,
) {
  const sides = order.map((axis) => grid[axis]);
  const count = sides.reduce((product, side) => product * side, 1);
  const index = Buffer.alloc(16 * count + (checked ? 4 : 0));
  const chunks: Buffer[] = [];
  let at = atStart ? index.length : 0;
  for (let i = 0; i < count; i++) {
    const [offset, length] = missing(i) ? [2n ** 64n - 1n, 2n ** 64n - 1n] : [BigInt(at), BigInt(i + 1)];
    if (bigEndian) [index.writeBigUInt64BE(offset, 16 * i), index.writeBigUInt64BE(length, 16 * i + 8)];
    else [index.writeBigUInt64LE(offset, 16 * i), index.writeBigUInt64LE(length, 16 * i + 8)];
    if (missing(i)) continue;
    chunks.push(Buffer.alloc(i + 1, i));
    at += i + 1;
  }
  if (checked) index.writeUInt32LE(crc32c(index.subarray(0, 16 * count)), 16 * count);
  return { bytes: Buffer.concat(atStart ? [index, ...chunks] : [...chunks, index]), sides, count };
}

const layouts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((grid) =>
  fc.record({
    chunk: fc.constant(grid.map(() => 2)),
    grid: fc.constant(grid),
    order: fc.shuffledSubarray(
      grid.map((_, axis) => axis),
      { minLength: grid.length },
    ),
    codecs: fc.constant([]),
    index: fc.record({ atStart: fc.boolean(), bigEndian: fc.boolean(), checked: fc.boolean() }),
  }),
);

test('each chunk is found, whatever the order of the index, and where it is', async () => {
  await fc.assert(
    fc.asyncProperty(layouts, fc.integer({ min: 2, max: 5 }), fc.boolean(), async (layout, gap, alone) => {
      const missing = (i: number) => i % gap === 1;
      const { bytes, sides, count } = shardOf(layout, missing);
      const shard = layout.grid.map((_, axis) => axis);
      await writeFile(path.join(folder, key(shard)), bytes);
      const read = shardReader(folder, layout, key, 1000);
      for (let i = 0; i < count; i++) {
        const place = placeAt(i, sides);
        const position = layout.grid.map((side, axis) => axis * side + place[layout.order.indexOf(axis)]);
        const found = await read(position, alone ? new Scratch(true) : undefined);
        expect(found && Buffer.from(found)).toEqual(missing(i) ? undefined : Buffer.alloc(i + 1, i));
      }
    }),
    { numRuns: 40 },
  );
});

test('shards that are not there, shorter than their index, or that promise too much', async () => {
  const layout: ShardLayout = {
    ...{ chunk: [2], grid: [3], order: [0], codecs: [] },
    index: { atStart: false, bigEndian: false, checked: true },
  };
  const read = shardReader(folder, layout, (shard) => `w${shard}`, 2);
  expect(await read([0], undefined)).toBeUndefined();
  const { bytes } = shardOf(layout, () => false);
  await writeFile(path.join(folder, 'w1'), bytes.subarray(0, 10));
  await expect(read([3], undefined)).rejects.toThrow('its shard has 10 bytes, but 52 are asked for');
  await writeFile(path.join(folder, 'w2'), bytes);
  expect(await read([7], undefined)).toHaveLength(2);
  await expect(read([8], undefined)).rejects.toThrow('says that it has 3 bytes, more than the 2 it may take');
  // A shard that was cut short is looked at again once it is whole.
  await writeFile(path.join(folder, 'w1'), bytes);
  expect(await read([3], undefined)).toHaveLength(1);
  expect(chunkInShard([7], layout, (shard) => `w${shard}`)).toBe('1 of shard w2');
});
