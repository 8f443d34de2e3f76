import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactSum } from '../../../core/nd/exact-sum.js';

const sumOf = (...parts: (Float64Array | Float32Array | Int32Array | Uint32Array)[]) => {
  const sum = new ExactSum();
  for (const part of parts) sum.add(part);
  return sum.value();
};

describe('a sum', () => {
  test('is that of mathematics, rounded once', () => {
    expect(sumOf(new Float64Array(10).fill(0.1))).toBe(1);
    expect(sumOf(Float64Array.of(1e308, 1, -1e308, 2 ** -1074))).toBe(1);
    expect(sumOf(Float64Array.of(2 ** -1074, 3 * 2 ** -1074))).toBe(2 ** -1072);
    // Half-way between two numbers, and a hair more.
    expect(sumOf(Float64Array.of(2 ** 53, 1))).toBe(2 ** 53);
    expect(sumOf(Float64Array.of(2 ** 53, 1, 2 ** -60))).toBe(2 ** 53 + 2);
    expect(sumOf(Float64Array.of(-(2 ** 53), -1, -(2 ** -60)))).toBe(-(2 ** 53) - 2);
    expect(sumOf(new Float64Array(0))).toBe(0);
  });

  test('of whole numbers is that of big integers', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), (values) => {
        const wanted = Number(values.reduce((sum, value) => sum + BigInt(value), 0n));
        expect(sumOf(Int32Array.from(values)) - wanted).toBe(0);
        expect(sumOf(Float64Array.from(values)) - wanted).toBe(0);
      }),
    );
    const many = new Uint32Array(2 ** 21 + 3).fill(2 ** 32 - 1);
    expect(sumOf(many)).toBe((2 ** 21 + 3) * (2 ** 32 - 1));
    expect(sumOf(new Float64Array(many))).toBe((2 ** 21 + 3) * (2 ** 32 - 1));
  });

  test('does not depend on parts and their order', () => {
    const number = fc.double({ noNaN: true, min: -1e200, max: 1e200 });
    fc.assert(
      fc.property(fc.array(number), fc.nat(), (values, seed) => {
        const cut = values.length === 0 ? 0 : seed % values.length;
        const [first, second] = [
          Float64Array.from(values.slice(0, cut)),
          Float64Array.from(values.slice(cut).reverse()),
        ];
        expect(sumOf(second, first)).toBe(sumOf(Float64Array.from(values)));
      }),
    );
  });
});
