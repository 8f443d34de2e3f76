import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHalves, LARGEST_HALF, toHalf } from '../../../core/image/half.js';

const rounded = (value: number) => fromHalves(Uint16Array.of(toHalf(value)))[0];

describe('numbers of two bytes', () => {
  it.each([
    // Bits as numpy.float16(value).view(numpy.uint16) gives them.
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [0.1, 0x2e66],
    [1 / 3, 0x3555],
    [65504, 0x7bff],
    [2 ** -14, 0x0400],
    [6e-8, 0x0001],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [0.99999, 0x3c00],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
  ])('%d is %d in bits', (value, word) => expect(toHalf(value)).toBe(word));

  it('all come back as they were', () => {
    const words = Uint16Array.from({ length: 2 ** 16 }, (_, word) => word);
    const numbers = fromHalves(words);
    const wanted = words.map((word) => (Number.isNaN(numbers[word]) ? 0x7e00 : word));
    expect(Uint16Array.from(numbers, toHalf)).toEqual(wanted);
  });

  it('round to half a step at most, and keep order', () => {
    const value = fc.double({ min: -LARGEST_HALF, max: LARGEST_HALF, noNaN: true });
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(Math.abs(rounded(a) - a)).toBeLessThanOrEqual(Math.max(Math.abs(a) * 2 ** -11, 2 ** -25));
        if (a <= b) expect(rounded(a)).toBeLessThanOrEqual(rounded(b));
      }),
    );
  });

  it('never turn infinite', () => {
    expect(rounded(1e9)).toBe(LARGEST_HALF);
    expect(rounded(-65530)).toBe(-LARGEST_HALF);
    expect(rounded(Number.NaN)).toBeNaN();
  });
});
