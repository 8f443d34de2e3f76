import { expect, test } from 'vitest';
import { MARGIN, unpacker } from '../../../plugins/format/unpack.js';

test('has as much memory as is asked for, and forgets an instance that grew large', () => {
  expect(unpacker(10).bytes.length).toBeGreaterThanOrEqual(10);
  expect(unpacker(300_000).bytes.length).toBeGreaterThanOrEqual(300_000);
  unpacker(10).bytes[MARGIN] = 7;
  expect(unpacker(10).bytes[MARGIN]).toBe(7);
  expect(unpacker(2 ** 26 + 1).bytes.length).toBeGreaterThan(2 ** 26);
  expect(unpacker(10).bytes.length).toBeLessThan(2 ** 20);
});

test('a block that ends within a match is damaged', () => {
  const { bytes, lz4 } = unpacker(1000);
  // One literal, then a match of four bytes one byte back, then a last literal.
  bytes.set([0x10, 65, 1, 0, 0x10, 66], MARGIN);
  expect(lz4(MARGIN, MARGIN + 6, 500, 600)).toBe(506);
  expect([...bytes.subarray(500, 506)]).toEqual([65, 65, 65, 65, 65, 66]);
  expect(lz4(MARGIN, MARGIN + 3, 500, 600)).toBe(0);
  expect(lz4(MARGIN, MARGIN + 6, 500, 504)).toBe(0);
});
