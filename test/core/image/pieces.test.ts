import { expect, test } from 'vitest';
import type { PixelArray } from '../../../core/image/image.js';
import { Pieces } from '../../../core/image/pieces.js';

test('pieces of few large arrays do not overlap, and those that came back are given out again', () => {
  const pieces = new Pieces({ dtype: 'float32', length: 3, expected: 4 });
  const taken = Array.from({ length: 10 }, (_, i) => pieces.take().fill(i));
  for (const [i, piece] of taken.entries()) expect([...piece]).toEqual([i, i, i]);
  const buffers = new Set(taken.map(({ buffer }) => buffer));
  expect(buffers.size).toBe(3);
  pieces.giveBack(taken[5]);
  expect(pieces.take()).toBe(taken[5]);
  expect(pieces.idle).toBe(false);
});

test('arrays are larger than what the C library puts into its heap, and no larger than needed', () => {
  const few = new Pieces({ dtype: 'uint16', length: 1000, expected: 10 });
  expect(few.take().buffer.byteLength).toBe(20_000);
  const many = new Pieces({ dtype: 'uint16', length: 1000, expected: 1e6 });
  const { byteLength } = many.take().buffer;
  expect(byteLength).toBeGreaterThan(32 * 2 ** 20);
  expect(byteLength).toBeLessThan(34 * 2 ** 20);
  // Also where a piece alone is larger, and where nothing is expected.
  expect(new Pieces({ dtype: 'uint8', length: 2 ** 26, expected: 3 }).take().byteLength).toBe(2 ** 26);
  expect(new Pieces({ dtype: 'uint8', length: 5, expected: 0 }).take()).toHaveLength(5);
});

test('an array whose pieces have all come back goes, where the others have room', () => {
  const pieces = new Pieces({ dtype: 'uint8', length: 8, expected: 4, shared: true });
  const taken = Array.from({ length: 12 }, () => pieces.take());
  expect(taken[0].buffer).toBeInstanceOf(SharedArrayBuffer);
  const giveBack = (list: readonly PixelArray[]) => {
    for (const piece of list) pieces.giveBack(piece);
  };
  giveBack(taken.slice(0, 4));
  // Nothing else is free: it may be wanted at once.
  expect(pieces.free).toBe(4);
  giveBack(taken.slice(4, 8));
  expect(pieces.free).toBe(4);
  giveBack(taken.slice(8));
  expect(pieces.free).toBe(4);
  expect(pieces.idle).toBe(true);
});
