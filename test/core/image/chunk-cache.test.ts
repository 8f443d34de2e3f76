import { describe, expect, test } from 'vitest';
import { arraySource } from '../../../core/image/array-source.js';
import { ChunkCache, chunksOf } from '../../../core/image/chunk-cache.js';
import { type ChunkedArray, chunkGrid } from '../../../core/image/chunked-array.js';
import { image, sizeOf } from '../../../core/image/image.js';
import { cutGeometry, patchBoxes, readPatch } from '../../../core/image/patch.js';

/** An array that makes its chunks when asked: the value of a voxel is its index, modulo 65536. */
function generated(shape: number[], chunk: number[]): ChunkedArray & { reads: Map<string, number> } {
  const reads = new Map<string, number>();
  return {
    file: 'generated',
    shape,
    chunk,
    dtype: 'uint16',
    metadata: {},
    attributes: {},
    fill: 0,
    reads,
    async readChunk(position) {
      reads.set(position.join(), (reads.get(position.join()) ?? 0) + 1);
      await Promise.resolve();
      const data = new Uint16Array(sizeOf(chunk));
      for (let i = 0, z = 0; z < chunk[0]; z++)
        for (let y = 0; y < chunk[1]; y++)
          for (let x = 0; x < chunk[2]; x++, i++) {
            const at = [z, y, x].map((side, axis) => position[axis] * chunk[axis] + side);
            data[i] = (at[0] * shape[1] + at[1]) * shape[2] + at[2];
          }
      return { data, strides: [chunk[1] * chunk[2], chunk[2], 1] };
    },
    close: async () => {},
  };
}

/** The same, read into memory that is given, as threads do. */
function fillingShared<A extends ChunkedArray>(array: A, seen = new Set<unknown>()): A {
  return {
    ...array,
    async readInto(position, target) {
      expect(target.buffer).toBeInstanceOf(SharedArrayBuffer);
      seen.add(target.byteOffset);
      const { data, strides } = (await array.readChunk(position))!;
      target.set(data);
      return strides;
    },
  };
}

const [shape, chunk, patch] = [
  [40, 70, 90],
  [16, 16, 16],
  [24, 32, 32],
];
const whole = image(
  Uint16Array.from({ length: sizeOf(shape) }, (_, i) => i),
  [...shape, 1],
);

/** Reads all patches in cutting order through a cache of so many chunks. */
async function pass(limit: number, { told, into = false }: { told: boolean; into?: boolean }) {
  const filled = new Set<unknown>();
  const array = into ? fillingShared(generated(shape, chunk), filled) : generated(shape, chunk);
  const cache = new ChunkCache(limit * 2 * sizeOf(chunk));
  const source = arraySource(cache.add(array), '3D', 'ZYX');
  const boxes = [...patchBoxes(cutGeometry(shape, patch, { overlap: [0.25, 0.25, 0.25], padding: [4, 4, 4] }))];
  if (told) source.expect!(boxes);
  let most = 0;
  for (const box of boxes) {
    const [{ data }, expected] = [await source.read(box), readPatch(whole, box).data];
    expect(Buffer.from(data.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    most = Math.max(most, cache.bytes);
  }
  const { counts, bytes } = cache;
  await cache.close();
  return {
    counts,
    most,
    left: bytes,
    reads: [...array.reads.values()],
    filled: filled.size,
    chunks: sizeOf(chunkGrid(array)),
  };
}

describe('a pass over overlapping patches', () => {
  test('decodes each chunk once, however small the cache, and holds no more than its limit', async () => {
    const { counts, reads, chunks, most, left } = await pass(12, { told: true });
    expect(counts.read).toBe(chunks);
    expect(reads.every((times) => times === 1)).toBe(true);
    expect(counts.spilled).toBeGreaterThan(0);
    expect(counts.restored).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(12 * 2 * sizeOf(chunk));
    expect(left).toBe(0);
  });

  test('does so in shared memory too', async () => {
    const { counts, chunks } = await pass(12, { told: true, into: true });
    expect(counts.read).toBe(chunks);
    expect(counts.spilled).toBeGreaterThan(0);
  });

  test('fills the same shared memory again, also after chunks came back from the scratch file', async () => {
    const { counts, chunks, filled } = await pass(12, { told: true, into: true });
    expect(counts.restored).toBeGreaterThan(chunks / 4);
    // As many as the cache holds, and are in use at a time; each read its own would be 90.
    expect(filled).toBeGreaterThan(12);
    expect(filled).toBeLessThanOrEqual(12 + 16);
  });

  test('spills nothing when what is shared fits', async () => {
    const { counts, chunks } = await pass(1000, { told: true });
    expect(counts).toMatchObject({ read: chunks, spilled: 0, restored: 0 });
  });

  test('reads chunks again when nobody said what comes', async () => {
    const { counts, chunks } = await pass(12, { told: false });
    expect(counts.read).toBeGreaterThan(1.5 * chunks);
    expect(counts.spilled).toBe(0);
  });
});

test.each([false, true])('patches read at the same time have their own pixels, in shared memory: %s', async (into) => {
  const array = generated(shape, chunk);
  const cache = new ChunkCache(3 * 2 * sizeOf(chunk));
  const source = arraySource(cache.add(into ? fillingShared(array) : array), '3D', 'ZYX');
  const boxes = Array.from({ length: 40 }, (_, i) => ({
    start: [(7 * i) % 16, (11 * i) % 38, (13 * i) % 58],
    size: patch,
  }));
  const found = await Promise.all(boxes.map((box) => source.read(box)));
  for (const [i, { data }] of found.entries())
    expect(Buffer.from(data.buffer).equals(Buffer.from(readPatch(whole, boxes[i]).data.buffer))).toBe(true);
  expect(cache.counts.read).toBeGreaterThan(36);
  await cache.close();
});

test('requests for one chunk at the same time share one read', async () => {
  const array = generated(shape, chunk);
  const cache = new ChunkCache(0);
  const cached = cache.add(array);
  const found = await Promise.all(Array.from({ length: 5 }, () => cached.use([1, 2, 3], (chunk) => chunk)));
  expect(new Set(found).size).toBe(1);
  expect(cache.counts).toMatchObject({ read: 1, shared: 4 });
  await cache.close();
});

test('a read that failed is tried again', async () => {
  const array = generated(shape, chunk);
  let broken = true;
  const cached = new ChunkCache(0).add({
    ...array,
    readChunk: async (position) => {
      if (broken) throw new Error('no');
      return array.readChunk(position);
    },
  });
  await expect(cached.use([0, 0, 0], (chunk) => chunk)).rejects.toThrow('no');
  broken = false;
  expect(await cached.use([0, 0, 0], (chunk) => chunk)).toBeDefined();
});

test('chunks of a box, the last axis fastest', () => {
  expect([...chunksOf([4, 4], [3, 4], [2, 5])]).toEqual([
    [0, 1],
    [0, 2],
    [1, 1],
    [1, 2],
  ]);
  expect([...chunksOf([4, 4], [3, 4], [0, 5])]).toEqual([]);
});
