import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChunkRegion, fillRegion, stripsOfRegion } from '../../../core/image/chunk-region.js';
import type { ReadChunk } from '../../../core/image/chunked-array.js';
import { type Scratch, Scratches } from '../../../core/image/scratch.js';

const SHAPE = [7, 11, 5];
const STRIDES = [55, 5, 1];
const MISSING = 250;

/** A chunk of an array whose values are their places; those at the end reach over it. Every third one is not stored. */
function chunkAt(position: readonly number[], chunk: readonly number[], data: Uint16Array): boolean {
  if (position.reduce((sum, at) => sum + at, 0) % 3 === 2) return false;
  let i = 0;
  for (let z = 0; z < chunk[0]; z++)
    for (let y = 0; y < chunk[1]; y++)
      for (let x = 0; x < chunk[2]; x++)
        data[i++] = [z, y, x].reduce((sum, at, axis) => sum + (position[axis] * chunk[axis] + at) * STRIDES[axis], 0);
  return true;
}

test('a region has the values of its places, whatever the chunks, in memory that is used again', async () => {
  const side = fc.integer({ min: 1, max: 12 });
  const box = fc.tuple(...SHAPE.map((length) => fc.tuple(fc.nat(length - 1), fc.integer({ min: 1, max: length }))));
  await fc.assert(
    fc.asyncProperty(fc.tuple(side, side, side), box, async (chunk, found) => {
      const start = found.map(([first]) => first);
      const size = found.map(([first, length], axis) => Math.min(length, SHAPE[axis] - first));
      const strides = [size[1] * size[2], size[2], 1];
      const region: ChunkRegion = {
        array: { shape: SHAPE, chunk, dtype: 'uint16', fill: MISSING },
        start,
        size,
        strides,
      };
      const own = new Map<Scratch | undefined, Uint16Array>();
      const read: ReadChunk = async (position, _, scratch) => {
        const length = chunk[0] * chunk[1] * chunk[2];
        const data = own.get(scratch) ?? new Uint16Array(length);
        own.set(scratch, data);
        await null;
        const stored = chunkAt(position, chunk, data);
        return stored ? { data, strides: [chunk[1] * chunk[2], chunk[2], 1] } : undefined;
      };
      // Any content: what is not stored is written too.
      const target = new Uint16Array(size[0] * size[1] * size[2]).fill(65535);
      await fillRegion(region, stripsOfRegion(region), read, target);
      const expected = target.map((_, i) => {
        const at = [Math.floor(i / strides[0]), Math.floor(i / strides[1]) % size[1], i % size[2]].map(
          (offset, axis) => start[axis] + offset,
        );
        const position = at.map((value, axis) => Math.floor(value / chunk[axis]));
        if (position.reduce((sum, value) => sum + value, 0) % 3 === 2) return MISSING;
        return at.reduce((sum, value, axis) => sum + value * STRIDES[axis], 0);
      });
      expect(target).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['in the order of the region', [55, 5, 1]],
  ['the other way round', [1, 2, 22]],
])('a chunk that lies in one piece is read to its place, its values %s', async (_, strides) => {
  const region: ChunkRegion = {
    array: { shape: [8, 11, 5], chunk: [2, 11, 5], dtype: 'uint16', fill: 0 },
    start: [2, 0, 0],
    size: [4, 11, 5],
    strides: STRIDES,
  };
  const target = new Uint16Array(4 * 55);
  const places: boolean[] = [];
  const read: ReadChunk = async (position, _, scratch) => {
    const bytes = scratch!.stored(2 * 2 * 55);
    places.push(bytes.buffer === target.buffer);
    const data = new Uint16Array(bytes.buffer, bytes.byteOffset, 2 * 55);
    for (let z = 0; z < 2; z++)
      for (let y = 0; y < 11; y++)
        for (let x = 0; x < 5; x++)
          data[z * strides[0] + y * strides[1] + x * strides[2]] = (position[0] * 2 + z) * 55 + y * 5 + x;
    return { data, strides };
  };
  await fillRegion(region, stripsOfRegion(region), read, target, { alone: new Scratches(true) });
  expect(target).toEqual(Uint16Array.from({ length: 4 * 55 }, (_, i) => 2 * 55 + i));
  expect(places).toEqual([true, true]);
});
