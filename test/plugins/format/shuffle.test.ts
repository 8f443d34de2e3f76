import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unshuffleBits, unshuffleBytes } from '../../../plugins/format/shuffle.js';

const input = fc.record({
  bytes: fc.uint8Array({ maxLength: 400 }),
  size: fc.constantFrom(1, 2, 3, 4, 8, 16),
  offset: fc.constantFrom(0, 1, 2, 4),
});

test('bytes go back to their values', () => {
  fc.assert(
    fc.property(input, ({ bytes, size, offset }) => {
      const values = Math.floor(bytes.length / size);
      const shuffled = bytes.slice();
      for (let i = 0; i < values; i++)
        for (let byte = 0; byte < size; byte++) shuffled[byte * values + i] = bytes[i * size + byte];
      const target = new Uint8Array(offset + bytes.length);
      unshuffleBytes(shuffled, size, target, offset);
      expect(target.subarray(offset)).toEqual(bytes);
    }),
  );
});

test('bits go back to their values', () => {
  fc.assert(
    fc.property(input, ({ bytes, size, offset }) => {
      const values = Math.floor(bytes.length / size);
      const shuffled = bytes.slice();
      if (values % 8 === 0) {
        shuffled.fill(0, 0, values * size);
        for (let i = 0; i < values; i++)
          for (let bit = 0; bit < 8 * size; bit++) {
            const set = (bytes[i * size + (bit >> 3)] >> (bit & 7)) & 1;
            shuffled[(bit * values + i) >> 3] |= set << (i & 7);
          }
      }
      const target = new Uint8Array(offset + bytes.length);
      unshuffleBits(shuffled, size, target, offset);
      expect(target.subarray(offset)).toEqual(bytes);
    }),
  );
});
