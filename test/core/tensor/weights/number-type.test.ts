import { describe, expect, it } from 'vitest';
import { NUMBER_TYPES, type NumberType, toFloat32 } from '../../../../core/tensor/weights/number-type.js';

function both(type: NumberType, write: (view: DataView, little: boolean) => void, bytes: number): number[][] {
  return [true, false].map((little) => {
    const view = new DataView(new ArrayBuffer(bytes));
    write(view, little);
    return [...toFloat32(new Uint8Array(view.buffer), type, little)];
  });
}

describe('numbers of other programs', () => {
  it.each<[NumberType, string, (number | bigint)[], number[]]>([
    [NUMBER_TYPES.float64, 'setFloat64', [1.5, -1e-3, Number.POSITIVE_INFINITY], [1.5, Math.fround(-1e-3), Infinity]],
    [NUMBER_TYPES.float32, 'setFloat32', [1.5, -2], [1.5, -2]],
    [NUMBER_TYPES.int64, 'setBigInt64', [-1n, 2n ** 24n + 1n], [-1, 2 ** 24]],
    [NUMBER_TYPES.uint64, 'setBigUint64', [2n ** 63n], [2 ** 63]],
    [NUMBER_TYPES.int32, 'setInt32', [-5], [-5]],
    [NUMBER_TYPES.uint32, 'setUint32', [4e9], [4e9]],
    [NUMBER_TYPES.int16, 'setInt16', [-300], [-300]],
    [NUMBER_TYPES.uint16, 'setUint16', [65535], [65535]],
  ])('$name in both byte orders', (type, setter, values, expected) => {
    const write = (view: DataView, little: boolean): void =>
      values.forEach((value, i) => {
        (view as unknown as Record<string, (at: number, value: number | bigint, little: boolean) => void>)[setter](
          i * type.bytes,
          value,
          little,
        );
      });
    const [little, big] = both(type, write, values.length * type.bytes);
    expect(little).toEqual(expected);
    expect(big).toEqual(expected);
  });

  it('float16: each of the 65 536 patterns by the definition of IEEE 754', () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const values = toFloat32(new Uint8Array(patterns.buffer), NUMBER_TYPES.float16, true);
    values.forEach((value, bits) => {
      const [sign, exponent, fraction] = [bits >> 15, (bits >> 10) & 31, bits & 1023];
      // The same number as a float32 pattern, by moving the fields.
      const widened =
        exponent === 31
          ? 0x7f800000 | (fraction << 13)
          : exponent > 0
            ? ((exponent + 112) << 23) | (fraction << 13)
            : 0;
      const view = new DataView(new ArrayBuffer(4));
      view.setUint32(0, ((sign << 31) | widened) >>> 0);
      const expected = exponent === 0 ? (sign ? -1 : 1) * fraction * 2 ** -24 : view.getFloat32(0);
      if (!Object.is(value, expected)) expect([bits, value]).toEqual([bits, expected]);
    });
  });

  it('float16 and bfloat16 in the other byte order', () => {
    expect([...toFloat32(Uint8Array.of(0x3c, 0, 0xc0, 0), NUMBER_TYPES.float16, false)]).toEqual([1, -2]);
    expect([...toFloat32(Uint8Array.of(0x3f, 0x80, 0xc0, 0), NUMBER_TYPES.bfloat16, false)]).toEqual([1, -2]);
    expect([...toFloat32(Uint8Array.of(9, 0, 0x3c).subarray(1), NUMBER_TYPES.float16, true)]).toEqual([1]);
  });

  it('bfloat16: the upper half of a float32', () => {
    expect([...toFloat32(Uint8Array.of(0x80, 0x3f, 0x00, 0xc0, 0x80, 0x7f), NUMBER_TYPES.bfloat16, true)]).toEqual([
      1,
      -2,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('bool: all but 0 is 1', () => {
    expect([...toFloat32(Uint8Array.of(0, 1, 255), NUMBER_TYPES.bool, true)]).toEqual([0, 1, 1]);
  });

  it('refuse a float64 that would become infinite', () => {
    expect(() => toFloat32(new Uint8Array(Float64Array.of(1e300).buffer), NUMBER_TYPES.float64, true)).toThrow(
      /1e\+300 is beyond float32/,
    );
  });

  it('read float32 at an odd address', () => {
    const bytes = new Uint8Array(9);
    new DataView(bytes.buffer).setFloat32(1, 2.5, true);
    expect([...toFloat32(bytes.subarray(1, 9), NUMBER_TYPES.float32, true)]).toEqual([2.5, 0]);
  });
});
