import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteSums } from '../../../core/nd/byte-sums.js';

function one(values: Uint8Array) {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return { sum, squares };
}

test('sums of any number of bytes, at any place of their memory', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(5), (values, skipped) => {
      const from = values.subarray(skipped);
      expect(byteSums(from)).toEqual(one(from));
    }),
    { numRuns: 60 },
  );
});

test.each([65535, 65536, 65537, 200_000])('the largest sums of %i bytes', (length) => {
  const values = new Uint8Array(length).fill(255);
  expect(byteSums(values)).toEqual({ sum: 255 * length, squares: 255 * 255 * length });
  for (let i = 0; i < length; i++) values[i] = (i * i) >> 3;
  expect(byteSums(values)).toEqual(one(values));
});

test('bytes in shared memory', () => {
  const values = new Uint8Array(new SharedArrayBuffer(100)).fill(3);
  expect(byteSums(values)).toEqual({ sum: 300, squares: 900 });
});
